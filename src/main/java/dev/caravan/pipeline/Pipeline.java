package dev.caravan.pipeline;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored pipeline at one of its versions.
 *
 * @param id {@code pl_…}; never equals a name, which has no underscore
 * @param version 1 for the first, one more for each change
 * @param provisioned whether it comes from a file, and so cannot be changed over REST
 * @param source name of that file; still there when the file has been removed, null when there never was one
 * @param updatedAt when this version was stored
 */
public record Pipeline(
        String id,
        String project,
        int version,
        PipelineSpec spec,
        boolean provisioned,
        @Nullable String source,
        Instant createdAt,
        Instant updatedAt) {

    public String name() {
        return spec.name();
    }

    /** The Kafka topic it reads: the declared one, or its own. */
    public String topic() {
        String event = spec.options().event();
        return event == null ? "caravan." + id : event;
    }
}
