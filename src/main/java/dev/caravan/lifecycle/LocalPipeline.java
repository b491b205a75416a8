package dev.caravan.lifecycle;

import dev.caravan.lifecycle.Decision.Local;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.route.RunningPipeline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One pipeline as this replica runs it: the running routes, and what was last heard of them. */
final class LocalPipeline {
    static final String KAFKA_UNAVAILABLE = "kafka_unavailable";
    static final String TOPIC_MISSING = "topic_missing";

    private final String pipeline;
    private final String name;
    private final String topic;
    private final Duration idleAfter;
    private final Clock clock;
    private Desired.Run run;
    private @Nullable RunningPipeline running;
    private Local local = Local.NOTHING;
    private boolean assigned;
    private Instant switchNotBefore = Instant.MIN;
    private @Nullable Trouble trouble;
    private @Nullable Trouble halt;

    /** The wish that its source follows: a halt is one of that wish, and only a younger one lets it go on. */
    private Instant wish = Instant.EPOCH;

    private boolean halted;
    private @Nullable Instant brokerAwaySince;
    private final Deque<Trouble> dropped = new ArrayDeque<>();

    /** What is in the way. */
    record Trouble(String reason, String message, @Nullable Instant nextTry, int attempt) {}

    LocalPipeline(String pipeline, String name, String topic, Duration idleAfter, Desired.Run run, Clock clock) {
        this.pipeline = pipeline;
        this.name = name;
        this.topic = topic;
        this.idleAfter = idleAfter;
        this.run = run;
        this.clock = clock;
    }

    String pipeline() {
        return pipeline;
    }

    /** For people. */
    String name() {
        return name;
    }

    String topic() {
        return topic;
    }

    /** How long its topic has to be quiet for it to be idle; zero for never. */
    Duration idleAfter() {
        return idleAfter;
    }

    synchronized Desired.Run run() {
        return run;
    }

    int version() {
        return run().version();
    }

    synchronized Local local() {
        if (running != null && running.drained()) {
            local = local == Local.DRAINING ? Local.DRAINED : local == Local.NODDING ? Local.NODDED : local;
        }
        return local;
    }

    synchronized void started(RunningPipeline routes, Desired desired) {
        running = routes;
        trouble = null;
        halt = null;
        halted = false;
        wish = desired.since();
        local = Local.READING;
        if (desired.status() == DesiredStatus.PAUSED) {
            pause();
        } else {
            routes.resume(desired.acceptedDead());
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

    /** @return false when it has halted since that wish, or runs no more */
    synchronized boolean resume(Desired desired) {
        if (running == null || (halted && desired.since().equals(wish))) {
            return false;
        }
        trouble = null;
        halt = null;
        halted = false;
        wish = desired.since();
        running.resume(desired.acceptedDead());
        local = Local.READING;
        return true;
    }

    /** When the wish was made that its source follows. */
    synchronized Instant wish() {
        return wish;
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

    synchronized boolean reads() {
        return local == Local.READING && assigned;
    }

    synchronized boolean idle() {
        return local == Local.IDLE;
    }

    /** The topic is quiet: drains, to be put to sleep then. */
    synchronized void nod() {
        if (running != null && local == Local.READING) {
            running.drain();
            local = Local.NODDING;
        }
    }

    /** There is a message: to be started again. */
    synchronized boolean wake() {
        boolean idle = local == Local.IDLE;
        if (idle) {
            local = Local.NOTHING;
        }
        return idle;
    }

    /** Closes the routes and stays idle. */
    void sleep() {
        close(Local.IDLE);
    }

    /** Takes seconds when a batch is on its way: the caller does not hold locks. */
    void close() {
        close(Local.NOTHING);
    }

    private void close(Local then) {
        RunningPipeline routes;
        synchronized (this) {
            routes = running;
            running = null;
            local = then;
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
        brokerAwaySince = null;
        Trouble now = trouble;
        if (now != null
                && (now.reason().equals(KAFKA_UNAVAILABLE) || now.reason().equals(TOPIC_MISSING))) {
            trouble = null;
        }
    }

    /** What keeps routes from reading; a start that failed has troubles and a next try of its own. */
    synchronized void brokerTrouble(String reason, String message, Duration nextTry) {
        if (running != null) {
            brokerLost();
            delayed(reason, message, nextTry);
        }
    }

    /** The broker does not answer; said once, so that many idle pipelines do not report it every second. */
    synchronized void brokerAway(String message) {
        brokerLost();
        if (trouble == null) {
            trouble = new Trouble(KAFKA_UNAVAILABLE, message, null, 1);
        }
    }

    private void brokerLost() {
        if (brokerAwaySince == null) {
            brokerAwaySince = clock.instant();
        }
    }

    /** For how long something keeps messages from getting through; zero while a person has it paused. */
    synchronized Duration stalled() {
        boolean halted = trouble != null && trouble.nextTry() == null;
        if (local == Local.PAUSED && !halted) {
            return Duration.ZERO;
        }
        Duration batch = running == null ? Duration.ZERO : running.waiting();
        Duration broker = brokerAwaySince == null ? Duration.ZERO : Duration.between(brokerAwaySince, clock.instant());
        return batch.compareTo(broker) > 0 ? batch : broker;
    }

    /** Bytes of messages that are read and not committed. */
    synchronized long bufferedBytes() {
        return running == null ? 0 : running.bufferedBytes();
    }

    /** Messages that are read and not committed. */
    synchronized long bufferedMessages() {
        return running == null ? 0 : running.bufferedMessages();
    }

    /** Says whether this is news: the same trouble again is not. */
    synchronized boolean delayed(String reason, String message, Duration nextTry) {
        Trouble before = trouble;
        boolean known = before != null && before.reason().equals(reason);
        trouble = new Trouble(reason, message, clock.instant().plus(nextTry), attempts() + 1);
        return !known;
    }

    /** How often in a row something was in the way. */
    synchronized int attempts() {
        Trouble now = trouble;
        return now == null ? 0 : now.attempt();
    }

    /** A start that is tried again: until it works the pipeline is as it was. */
    synchronized void goesOnFrom(@Nullable Trouble before) {
        trouble = before;
    }

    synchronized @Nullable Trouble trouble() {
        return trouble;
    }

    /** A person has to decide; remembered until the wish is stored. */
    synchronized void halted(String reason, String message) {
        trouble = new Trouble(reason, message, null, 0);
        halt = trouble;
        halted = true;
        if (local == Local.READING) {
            local = Local.PAUSED;
        }
    }

    /** Remembered until it is stored, like a halt. */
    synchronized void dropped(String reason, String message) {
        dropped.add(new Trouble(reason, message, null, 0));
    }

    synchronized @Nullable Trouble nextDropped() {
        return dropped.peekFirst();
    }

    synchronized void droppedStored() {
        dropped.removeFirst();
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
                now == null ? null : now.nextTry(),
                now == null ? 0 : now.attempt());
    }

    private PipelineStatus status() {
        return switch (local) {
            case NOTHING -> trouble == null ? PipelineStatus.STARTING : PipelineStatus.FAILED;
            case READING -> assigned ? PipelineStatus.RUNNING : PipelineStatus.STARTING;
            // still in the group, as far as anybody can tell
            case NODDING, NODDED -> PipelineStatus.RUNNING;
            case IDLE -> PipelineStatus.IDLE;
            case PAUSED -> PipelineStatus.PAUSED;
            case DRAINING, DRAINED -> PipelineStatus.STOPPING;
        };
    }
}
