package dev.caravan.lifecycle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one replica makes of a pipeline.
 *
 * @param partitions topic partitions it reads
 * @param updatedAt last sign of life, by the database's clock
 */
public record ReplicaState(
        String replica,
        PipelineStatus status,
        int version,
        int partitions,
        @Nullable String reason,
        @Nullable String message,
        @Nullable Instant nextTry,
        Instant updatedAt) {}
