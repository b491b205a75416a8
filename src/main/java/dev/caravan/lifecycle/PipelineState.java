package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Desired and actual status of a pipeline, and what is wrong.
 *
 * @param reason stable code of what is in the way, such as {@code s3_unavailable}; null when nothing is
 * @param message the same as a sentence that says what to do
 * @param since when the desired status was set
 * @param nextTry when it is tried again by itself; null when nothing is tried
 */
public record PipelineState(
        PipelineStatus status,
        DesiredStatus desired,
        @Nullable String reason,
        @Nullable String message,
        @Nullable Instant since,
        @Nullable Instant nextTry,
        List<ReplicaState> replicas) {

    public PipelineState {
        replicas = List.copyOf(replicas);
    }
}
