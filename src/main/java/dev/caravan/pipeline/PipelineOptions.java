package dev.caravan.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * How a pipeline reads.
 *
 * @param event the Kafka topic; null for a topic of its own, which {@code ingest} feeds
 * @param consumers Kafka consumers in each replica, 1..32
 */
public record PipelineOptions(@Nullable String event, StartFrom startFrom, BatchLimits batch, int consumers) {
    public static final PipelineOptions DEFAULTS =
            new PipelineOptions(null, StartFrom.EARLIEST, BatchLimits.DEFAULTS, 1);
}
