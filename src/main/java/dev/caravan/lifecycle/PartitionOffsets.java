package dev.caravan.lifecycle;

import dev.caravan.delivery.Counts;
import dev.caravan.delivery.Reset;
import org.jspecify.annotations.Nullable;

/**
 * Where a pipeline stands in a partition of its topic.
 *
 * @param generation one more with each reset; what is below counts for this one
 * @param position the next offset to claim; null when nothing was read yet
 * @param start the first offset that Kafka still has
 * @param end the offset that the next message gets
 * @param lag offsets between position and end, at least 0
 * @param reset how the generation began; null for the first one
 */
public record PartitionOffsets(
        int partition,
        int generation,
        @Nullable Long position,
        long start,
        long end,
        long lag,
        Counts counts,
        @Nullable Reset reset) {}
