package dev.caravan.monitor;

import dev.caravan.background.Rounds;
import dev.caravan.lifecycle.Transitions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** What is done about events from time to time, by every replica: heartbeats, late details, retention, streams. */
final class MonitorClock implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorClock.class);
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final Duration CLEAN = Duration.ofSeconds(30);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final int AT_ONCE = 500;

    private final EventStore store;
    private final EventRetention retention;
    private final Optional<MonitorNews> news;
    private final Transitions transitions;
    private final MonitorSettings settings;
    private final AtomicBoolean failing = new AtomicBoolean();
    private final Rounds rounds = new Rounds("monitor", 3);

    MonitorClock(
            EventStore store,
            EventRetention retention,
            Optional<MonitorNews> news,
            Streams streams,
            Transitions transitions,
            Figures figures,
            MonitorSettings settings) {
        this.store = store;
        this.retention = retention;
        this.news = news;
        this.transitions = transitions;
        this.settings = settings;
        Duration beat = settings.heartbeat().compareTo(CLEAN) < 0 ? settings.heartbeat() : CLEAN;
        rounds.every(LATE, quietly(this::late))
                .every(beat, quietly(this::heartbeat))
                .every(settings.look(), quietly(streams::look))
                .every(KEEP_ALIVE, quietly(streams::keepAlive));
        if (settings.enabled() && !settings.figures().isZero()) {
            rounds.every(settings.figures(), quietly(figures::look));
        }
    }

    /** Pipelines are asked how they stand; what comes of it decides whether there is an event. */
    private void late() {
        news.ifPresent(heard -> heard.takeLater().forEach(transitions::tell));
    }

    private void heartbeat() {
        if (news.isPresent()) {
            store.silentFor(settings.heartbeat(), AT_ONCE).forEach(transitions::tell);
        }
        retention.clean();
    }

    /** An outage is told once. */
    private Runnable quietly(Runnable task) {
        return () -> {
            try {
                task.run();
                failing.set(false);
            } catch (RuntimeException e) {
                if (!failing.getAndSet(true)) {
                    LOG.warn("Monitor events cannot be looked after for now, and will be again: {}", e.getMessage());
                }
            }
        };
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.stop();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }
}
