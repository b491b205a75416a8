package dev.caravan.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline reads.
 *
 * @param event the Kafka topic; null for a topic of its own, which {@code ingest} feeds
 * @param consumers Kafka consumers in each replica, 1..32
 * @param idle how long the topic of {@code event} has to be quiet for the pipeline to be scaled to zero, 1 s..7 d; zero
 *     for never
 * @param signals a second topic, whose messages are events that waits wait for; null for none
 */
public record PipelineOptions(
        @Nullable String event,
        StartFrom startFrom,
        BatchLimits batch,
        int consumers,
        RunMode run,
        Duration idle,
        @Nullable Signals signals) {
    public static final PipelineOptions DEFAULTS = new PipelineOptions(
            null, StartFrom.EARLIEST, BatchLimits.DEFAULTS, 1, RunMode.BATCH, Duration.ofMinutes(5), null);

    static final Duration MIN_IDLE = Duration.ofSeconds(1);
    static final Duration MAX_IDLE = Duration.ofDays(7);

    /**
     * Whether it is scaled to zero at all: a topic of its own is fed through Caravan, which has to be quick then, and a topic
     * of signals is read all the time.
     */
    public boolean idles() {
        return event != null && !idle.isZero() && signals == null;
    }

    /** When a batch closes. */
    public BatchLimits limits() {
        return run == RunMode.MESSAGE ? new BatchLimits(1, batch.maxBytes(), batch.maxInterval()) : batch;
    }
}
