package dev.caravan.wait;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Ends waits that are due, and looks for news of the streamed ones. Every replica does; the database's clock says what is
 * due, and locks see to it that no two do the same.
 */
@Component
public final class WaitClock implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WaitClock.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final Duration RETENTION = Duration.ofMinutes(10);
    private static final int CHUNK = 10_000;

    private final WaitEndings endings;
    private final WaitStreams streams;
    private final WaitRetention retention;
    private final WaitSettings settings;
    private final Counter timedOut;
    private final Timer lateness;
    private final AtomicBoolean failing = new AtomicBoolean();
    private @Nullable ScheduledExecutorService threads;

    WaitClock(
            WaitEndings endings,
            WaitStreams streams,
            WaitRetention retention,
            WaitSettings settings,
            MeterRegistry meters) {
        this.endings = endings;
        this.streams = streams;
        this.retention = retention;
        this.settings = settings;
        this.timedOut = Counter.builder("event.trigger.timed.out")
                .description("Waits that this replica has timed out, and early events that it has let go")
                .register(meters);
        this.lateness = Timer.builder("event.trigger.timeout.lateness")
                .description("How long the most overdue wait of each round had been due")
                .register(meters);
    }

    /** Ends everything that is due now. */
    void timeOut() {
        WaitEndings.TimedOut round;
        do {
            round = endings.timeOut(CHUNK);
            if (round.count() > 0) {
                timedOut.increment(round.count());
                lateness.record(round.latest());
            }
        } while (round.count() == CHUNK);
    }

    @Override
    public synchronized void start() {
        ScheduledExecutorService started = Executors.newScheduledThreadPool(2, task -> {
            Thread thread = new Thread(task, "waits");
            thread.setDaemon(true);
            return thread;
        });
        threads = started;
        long look = settings.look().toMillis();
        // replicas that were started together should not look together
        long first = ThreadLocalRandom.current().nextLong(look);
        started.scheduleWithFixedDelay(quietly(this::timeOut), 0, look, TimeUnit.MILLISECONDS);
        started.scheduleWithFixedDelay(quietly(streams::look), first, look, TimeUnit.MILLISECONDS);
        started.scheduleWithFixedDelay(
                quietly(retention::forget), RETENTION.toMillis(), RETENTION.toMillis(), TimeUnit.MILLISECONDS);
        started.scheduleAtFixedRate(
                quietly(streams::keepAlive), KEEP_ALIVE.toMillis(), KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A task that throws would never be run again; an outage is told once. */
    private Runnable quietly(Runnable task) {
        return () -> {
            try {
                task.run();
                failing.set(false);
            } catch (RuntimeException e) {
                if (!failing.getAndSet(true)) {
                    LOG.warn("Waits cannot be looked after for now, and will be again: {}", e.getMessage());
                }
            }
        };
    }

    @Override
    public synchronized void stop() {
        if (threads != null) {
            threads.shutdownNow();
            threads = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return threads != null;
    }
}
