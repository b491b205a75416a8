package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one replica makes of a pipeline.
 *
 * @param partitions topic partitions it reads
 * @param attempt how often in a row it has been tried in vain; 0 when nothing is in the way
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
        int attempt,
        Instant updatedAt) {
    /** Everything but the last sign of life. */
    Object shape() {
        return Arrays.asList(replica, status, version, partitions, reason, message, nextTry, attempt);
    }
}
