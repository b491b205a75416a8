package dev.caravan.operation;

import dev.caravan.delivery.Reset;
import dev.caravan.lifecycle.PartitionOffsets;
import dev.caravan.pipeline.Pipeline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a pipeline stands in its topic. */
record OffsetsView(String id, String name, String topic, long lag, List<Partition> partitions) {
    static OffsetsView of(Pipeline pipeline, List<PartitionOffsets> partitions) {
        return new OffsetsView(
                pipeline.id(),
                pipeline.name(),
                pipeline.topic(),
                partitions.stream().mapToLong(PartitionOffsets::lag).sum(),
                partitions.stream()
                        .map(at -> Partition.of(pipeline.topic(), at))
                        .toList());
    }

    /** @param rows of this generation */
    record Partition(
            String topic,
            int partition,
            int generation,
            @Nullable Long position,
            long start,
            long end,
            long lag,
            Views.Terms rows,
            @Nullable Reset reset) {
        private static Partition of(String topic, PartitionOffsets at) {
            return new Partition(
                    topic,
                    at.partition(),
                    at.generation(),
                    at.position(),
                    at.start(),
                    at.end(),
                    at.lag(),
                    Views.Terms.of(at.counts()),
                    at.reset());
        }
    }
}
