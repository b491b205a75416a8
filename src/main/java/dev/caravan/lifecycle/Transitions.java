package dev.caravan.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Tells once of each lasting status that a pipeline comes to. Replicas look at different moments, so the pipeline's row
 * decides: whoever finds with the row locked that the status is not the one told last tells of it.
 */
final class Transitions {
    static final int ALIVE_SECONDS = 10;

    private final LifecycleStore store;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;

    Transitions(LifecycleStore store, ApplicationEventPublisher events, TransactionOperations transactions) {
        this.store = store;
        this.events = events;
        this.transactions = transactions;
    }

    /** Looks at all pipelines, and closer at those that may have moved. */
    void tell(Map<String, Desired> desired) {
        Map<String, PipelineStatus> told = store.told();
        Map<String, List<ReplicaState>> replicas = store.replicas(ALIVE_SECONDS);
        told.forEach((pipeline, last) -> {
            PipelineState state =
                    States.of(Optional.ofNullable(desired.get(pipeline)), replicas.getOrDefault(pipeline, List.of()));
            if (isNews(state.status(), last)) {
                tell(pipeline);
            }
        });
    }

    /** Looks at one pipeline. */
    void tell(String pipeline) {
        transactions.executeWithoutResult(status -> store.lockTold(pipeline).ifPresent(last -> {
            PipelineState state = States.of(store.find(pipeline), store.replicas(pipeline, ALIVE_SECONDS));
            if (isNews(state.status(), last)) {
                store.setTold(pipeline, state.status());
                events.publishEvent(new PipelineMoved(pipeline, last, state.status(), state.reason(), state.message()));
            }
        }));
    }

    private static boolean isNews(PipelineStatus now, PipelineStatus last) {
        return switch (now) {
            case RUNNING, PAUSED, STOPPED, FAILED -> now != last;
            // on the way; a new version or a new process passes through these and comes back
            case STARTING, STOPPING -> false;
            // it runs, only cheaper
            case IDLE -> false;
        };
    }
}
