package dev.caravan.background;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that comes round on daemon threads of its own, from {@link #start} to {@link #stop}, as often as that is. A round
 * that fails is told and the next one comes all the same; work that has more to say of its failures catches them.
 */
public final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final String name;
    private final int threads;
    private final List<Round> rounds = new ArrayList<>();
    private @Nullable ScheduledThreadPoolExecutor executor;

    private record Round(Duration first, Duration pause, Runnable work) {}

    /** @param name of the threads */
    public Rounds(String name, int threads) {
        this.name = name;
        this.threads = threads;
    }

    public static Rounds of(String name) {
        return new Rounds(name, 1);
    }

    /** To be called before the start; the pause is between the end of a round and the next one. */
    public Rounds every(Duration pause, Runnable work) {
        return every(pause, pause, work);
    }

    /** @param first from the start to the first round */
    public synchronized Rounds every(Duration first, Duration pause, Runnable work) {
        rounds.add(new Round(first, pause, work));
        return this;
    }

    public synchronized void start() {
        if (executor != null) {
            return;
        }
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(threads, this::daemon);
        for (Round round : rounds) {
            var unused = started.scheduleWithFixedDelay(
                    () -> run(round.work),
                    round.first.toMillis(),
                    Math.max(1, round.pause.toMillis()),
                    TimeUnit.MILLISECONDS);
        }
        executor = started;
    }

    /** Has the work done once more, as soon as a thread is free; nothing when it does not come round. */
    public synchronized void now(Runnable work) {
        if (executor != null) {
            executor.execute(() -> run(work));
        }
    }

    /** Interrupts what runs. */
    public synchronized void stop() {
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    /** Lets what runs come to its end. */
    public synchronized void finish() {
        if (executor != null) {
            executor.shutdown();
            executor = null;
        }
    }

    public synchronized boolean running() {
        return executor != null;
    }

    private Thread daemon(Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("{} failed this time and is done again: {}", name, String.valueOf(e.getMessage()));
        }
    }
}
