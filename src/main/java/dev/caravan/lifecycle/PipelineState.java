package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Desired and actual status of a pipeline, and what is wrong.
 *
 * @param reason stable code of what is in the way, such as {@code s3_unavailable}; null when nothing is
 * @param message the same as a sentence that says what to do
 * @param since when the desired status was set
 * @param nextTry when it is tried again by itself; null when nothing is tried
 * @param attempt how often in a row it was tried in vain; 0 when nothing is tried
 * @param inUse whether it was started since it was created or cleared
 */
public record PipelineState(
        PipelineStatus status,
        DesiredStatus desired,
        @Nullable String reason,
        @Nullable String message,
        @Nullable Instant since,
        @Nullable Instant nextTry,
        int attempt,
        boolean inUse,
        List<ReplicaState> replicas) {

    public PipelineState {
        replicas = List.copyOf(replicas);
    }

    /** Everything but when the replicas gave their last sign of life: equal as long as nothing has changed. */
    Object shape() {
        return Arrays.asList(
                status,
                desired,
                reason,
                message,
                since,
                nextTry,
                attempt,
                inUse,
                replicas.stream().map(ReplicaState::shape).toList());
    }
}
