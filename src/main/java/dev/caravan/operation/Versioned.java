package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.delivery.VersionSwitch;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.pipeline.Pipeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code transform} and {@code versions} answer. */
final class Versioned {
    private Versioned() {}

    record Transformed(
            String id,
            String name,
            int version,
            SwitchedAt switchedAt,
            String status,
            String desired,
            Views.@Nullable Trouble error,
            List<Views.Replica> replicas) {
        static Transformed of(Pipeline pipeline, PipelineState state, List<VersionSwitch> switches) {
            return new Transformed(
                    pipeline.id(),
                    pipeline.name(),
                    pipeline.version(),
                    new SwitchedAt(
                            pipeline.updatedAt(),
                            switches.stream().map(Start::of).toList()),
                    state.status().wireName(),
                    state.desired().wireName(),
                    Views.Trouble.of(state),
                    Views.Replica.of(state));
        }
    }

    /**
     * When and where the new version starts.
     *
     * @param partitions those that have been read before; others start with the version that is current then
     */
    record SwitchedAt(Instant time, List<Start> partitions) {}

    record Start(String topic, int partition, long offset) {
        static Start of(VersionSwitch at) {
            return new Start(at.topic(), at.partition(), at.firstOffset());
        }
    }

    record VersionView(int version, boolean current, Instant createdAt, JsonNode document, List<Processed> processed) {
        static VersionView of(Pipeline version, Pipeline current, JsonNode document, Ranges ranges) {
            return new VersionView(
                    version.version(),
                    version.version() == current.version(),
                    version.updatedAt(),
                    document,
                    ranges.processed().getOrDefault(version.version(), List.of()));
        }
    }

    /** @param lastOffset null while this version is the one that goes on */
    record Processed(
            String topic,
            int partition,
            int generation,
            long firstOffset,
            @Nullable Long lastOffset) {}

    /** The offsets of each version. */
    record Ranges(Map<Integer, List<Processed>> processed) {
        static final Ranges NONE = new Ranges(Map.of());

        static Ranges of(List<VersionSwitch> switches) {
            Map<Integer, List<Processed>> processed = new TreeMap<>();
            for (VersionSwitch start : switches) {
                Long next = start.nextOffset();
                if (next == null || next > start.firstOffset()) {
                    processed
                            .computeIfAbsent(start.version(), version -> new ArrayList<>())
                            .add(new Processed(
                                    start.topic(),
                                    start.partition(),
                                    start.generation(),
                                    start.firstOffset(),
                                    next == null ? null : Long.valueOf(next - 1)));
                }
            }
            return new Ranges(processed);
        }
    }
}
