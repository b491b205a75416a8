package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** A pipeline that runs in this process. */
public final class RunningPipeline implements AutoCloseable {
    private final SourceControl control;
    private final RunningVersions versions;
    private final Runnable stop;

    RunningPipeline(SourceControl control, RunningVersions versions, Runnable stop) {
        this.control = control;
        this.versions = versions;
        this.stop = stop;
    }

    /** Stops reading; the position and the open batches stay. Takes effect within a poll. */
    public void pause() {
        control.mode(SourceControl.Mode.PAUSE);
    }

    /** @param acceptedDead offsets up to which dead letters are accepted however many they are, by topic and partition */
    public void resume(Map<TopicPartition, Long> acceptedDead) {
        control.acceptDead(acceptedDead);
        control.mode(SourceControl.Mode.READ);
    }

    /**
     * Goes over to another version without a stop: what is not claimed yet is processed by it, claims that are there are
     * finished by theirs.
     *
     * @return false when the version reads another topic or in another way; then nothing has changed
     * @throws IllegalStateException when Camel refuses its routes; then nothing has changed
     */
    public boolean switchTo(Pipeline next) {
        return versions.switchTo(next);
    }

    /** Lets go of versions that have nothing left to finish. */
    public void tidy() {
        versions.tidy();
    }

    /** Reads nothing more and commits what is open. */
    public void drain() {
        control.mode(SourceControl.Mode.DRAIN);
    }

    /** Whether everything that was read is committed; false unless draining. */
    public boolean drained() {
        return control.drained();
    }

    /** Partitions that this process owns in the ledger. */
    public int owned() {
        return control.held().partitions();
    }

    /** Bytes of messages that are spooled and not committed. */
    public long bufferedBytes() {
        return control.held().bytes();
    }

    /** Messages that are spooled and not committed. */
    public long bufferedMessages() {
        return control.held().messages();
    }

    /** For how long something has been ready and does not get through: a whole batch, or a partition that cannot be owned. */
    public Duration waiting() {
        long since = control.held().waitingSince();
        return since == Held.NOTHING_WAITS ? Duration.ZERO : Duration.ofNanos(Math.max(0, System.nanoTime() - since));
    }

    /** Stops and removes the routes; what is not committed is read again by whoever runs the pipeline next. */
    @Override
    public void close() {
        stop.run();
    }
}
