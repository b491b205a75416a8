package dev.caravan.lifecycle;

import dev.caravan.lifecycle.Decision.Local;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.route.RunningPipeline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One pipeline as this replica runs it: the running routes, and what was last heard of them. */
final class LocalPipeline {
    static final String KAFKA_UNAVAILABLE = "kafka_unavailable";
    static final String TOPIC_MISSING = "topic_missing";

    private final String pipeline;
    private final String topic;
    private final Clock clock;
    private Desired.Run run;
    private @Nullable RunningPipeline running;
    private Local local = Local.NOTHING;
    private boolean assigned;
    private Instant switchNotBefore = Instant.MIN;
    private @Nullable Trouble trouble;
    private @Nullable Trouble halt;

    /** What is in the way. */
    record Trouble(String reason, String message, @Nullable Instant nextTry) {}

    LocalPipeline(String pipeline, String topic, Desired.Run run, Clock clock) {
        this.pipeline = pipeline;
        this.topic = topic;
        this.run = run;
        this.clock = clock;
    }

    String pipeline() {
        return pipeline;
    }

    String topic() {
        return topic;
    }

    synchronized Desired.Run run() {
        return run;
    }

    int version() {
        return run().version();
    }

    synchronized Local local() {
        if (local == Local.DRAINING && running != null && running.drained()) {
            local = Local.DRAINED;
        }
        return local;
    }

    synchronized void started(RunningPipeline routes, boolean paused, Map<TopicPartition, Long> acceptedDead) {
        running = routes;
        local = Local.READING;
        if (paused) {
            pause();
        } else {
            routes.resume(acceptedDead);
        }
    }

    /** Whether a start that failed is due again. */
    synchronized boolean tryStartAgain() {
        Instant next = trouble == null ? null : trouble.nextTry();
        return next == null || !clock.instant().isBefore(next);
    }

    synchronized void pause() {
        if (running != null) {
            running.pause();
            local = Local.PAUSED;
        }
    }

    synchronized void resume(Map<TopicPartition, Long> acceptedDead) {
        if (running != null) {
            trouble = null;
            halt = null;
            running.resume(acceptedDead);
            local = Local.READING;
        }
    }

    /** @return false when the source has to be started anew for it */
    boolean switchTo(Pipeline next, Desired.Run wanted) {
        RunningPipeline routes;
        synchronized (this) {
            routes = running;
        }
        if (routes == null || !routes.switchTo(next)) {
            return false;
        }
        synchronized (this) {
            run = wanted;
        }
        return true;
    }

    synchronized boolean switchDue() {
        return !clock.instant().isBefore(switchNotBefore);
    }

    synchronized void switchRefused(Duration retry) {
        switchNotBefore = clock.instant().plus(retry);
    }

    /** Lets go of versions that are done with; takes a moment, so without the lock. */
    void tidy() {
        RunningPipeline routes;
        synchronized (this) {
            routes = running;
        }
        if (routes != null) {
            routes.tidy();
        }
    }

    synchronized void drain() {
        if (running != null) {
            running.drain();
            local = Local.DRAINING;
        }
    }

    /** Takes seconds when a batch is on its way: the caller does not hold locks. */
    void close() {
        RunningPipeline routes;
        synchronized (this) {
            routes = running;
            running = null;
            local = Local.NOTHING;
        }
        if (routes != null) {
            routes.close();
        }
    }

    synchronized void assigned() {
        assigned = true;
    }

    synchronized void fine() {
        trouble = null;
    }

    /** The broker answers and has the topic; other trouble stays. */
    synchronized void brokerFine() {
        Trouble now = trouble;
        if (now != null
                && (now.reason().equals(KAFKA_UNAVAILABLE) || now.reason().equals(TOPIC_MISSING))) {
            trouble = null;
        }
    }

    /** Says whether this is news: the same trouble again is not. */
    synchronized boolean delayed(String reason, String message, Duration nextTry) {
        boolean known = trouble != null && trouble.reason().equals(reason);
        trouble = new Trouble(reason, message, clock.instant().plus(nextTry));
        return !known;
    }

    /** A person has to decide; remembered until the wish is stored. */
    synchronized void halted(String reason, String message) {
        trouble = new Trouble(reason, message, null);
        halt = trouble;
        local = Local.PAUSED;
    }

    synchronized @Nullable Trouble takeHalt() {
        Trouble taken = halt;
        halt = null;
        return taken;
    }

    synchronized void returnHalt(Trouble taken) {
        halt = taken;
    }

    synchronized LifecycleStore.Local report() {
        Trouble now = trouble;
        return new LifecycleStore.Local(
                pipeline,
                status(),
                run.version(),
                running == null ? 0 : running.owned(),
                now == null ? null : now.reason(),
                now == null ? null : now.message(),
                now == null ? null : now.nextTry());
    }

    private PipelineStatus status() {
        return switch (local) {
            case NOTHING -> trouble == null ? PipelineStatus.STARTING : PipelineStatus.FAILED;
            case READING -> assigned ? PipelineStatus.RUNNING : PipelineStatus.STARTING;
            case PAUSED -> PipelineStatus.PAUSED;
            case DRAINING, DRAINED -> PipelineStatus.STOPPING;
        };
    }
}
