package dev.caravan.lifecycle;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One status from what is wanted and what the live replicas say. */
final class States {
    private States() {}

    static PipelineState of(Optional<Desired> wish, List<ReplicaState> replicas) {
        DesiredStatus desired = wish.map(Desired::status).orElse(DesiredStatus.STOPPED);
        @Nullable ReplicaState troubled = replicas.stream()
                .filter(replica -> replica.reason() != null)
                .findFirst()
                .orElse(null);
        @Nullable String reason = wish.map(Desired::reason).orElse(null);
        @Nullable String message = wish.map(Desired::message).orElse(null);
        if (reason == null && troubled != null) {
            reason = troubled.reason();
            message = troubled.message();
        }
        return new PipelineState(
                status(desired, replicas),
                desired,
                reason,
                message,
                wish.map(Desired::since).orElse(null),
                troubled == null ? null : troubled.nextTry(),
                troubled == null ? 0 : troubled.attempt(),
                wish.map(Desired::inUse).orElse(false),
                replicas);
    }

    private static PipelineStatus status(DesiredStatus desired, List<ReplicaState> replicas) {
        return switch (desired) {
            case STOPPED -> replicas.isEmpty() ? PipelineStatus.STOPPED : PipelineStatus.STOPPING;
            case PAUSED -> all(replicas, PipelineStatus.PAUSED) ? PipelineStatus.PAUSED : first(replicas);
            case RUNNING -> first(replicas);
        };
    }

    private static PipelineStatus first(List<ReplicaState> replicas) {
        for (PipelineStatus status : List.of(
                PipelineStatus.RUNNING,
                PipelineStatus.STOPPING,
                PipelineStatus.PAUSED,
                PipelineStatus.STARTING,
                PipelineStatus.IDLE)) {
            if (any(replicas, replica -> replica.status() == status)) {
                return status;
            }
        }
        return replicas.isEmpty() ? PipelineStatus.STARTING : PipelineStatus.FAILED;
    }

    private static boolean any(List<ReplicaState> replicas, Predicate<ReplicaState> test) {
        return replicas.stream().anyMatch(test);
    }

    private static boolean all(List<ReplicaState> replicas, PipelineStatus status) {
        return !replicas.isEmpty() && replicas.stream().allMatch(replica -> replica.status() == status);
    }
}
