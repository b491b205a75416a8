package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Tells of what becomes of pipelines. Replicas look at different moments, so the pipeline's row decides: whoever finds with
 * the row locked that the lasting status is not the one told last tells of it, once. Everything else that has changed is
 * told as {@link PipelineSeen} by each replica that sees it.
 */
public final class Transitions {
    static final int ALIVE_SECONDS = 10;

    /** So that many pipelines do not keep the reconciler from what else it has to do. */
    private static final int AT_ONCE = 100;

    private final LifecycleStore store;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;
    private final String replica;

    /** What this replica has seen, so that it looks closer only at what has changed. */
    private final Map<String, Object> seen = new ConcurrentHashMap<>();

    Transitions(
            LifecycleStore store,
            ApplicationEventPublisher events,
            TransactionOperations transactions,
            String replica) {
        this.store = store;
        this.events = events;
        this.transactions = transactions;
        this.replica = replica;
    }

    /**
     * Looks at all pipelines, and closer at those that may have moved.
     *
     * @return false when there are more than it looks at closely in one go
     */
    boolean tell(Map<String, Desired> desired) {
        Map<String, PipelineStatus> told = store.told();
        Map<String, List<ReplicaState>> replicas = store.replicas(ALIVE_SECONDS);
        seen.keySet().retainAll(told.keySet());
        List<String> news = told.keySet().stream()
                .filter(pipeline -> {
                    PipelineState state = States.of(
                            Optional.ofNullable(desired.get(pipeline)), replicas.getOrDefault(pipeline, List.of()));
                    return !state.shape().equals(seen.get(pipeline))
                            || isNews(state.status(), Objects.requireNonNull(told.get(pipeline)));
                })
                .limit(AT_ONCE + 1)
                .toList();
        news.stream().limit(AT_ONCE).forEach(this::tell);
        return news.size() <= AT_ONCE;
    }

    /** Looks at one pipeline, and tells how it stands whether that is news or not. */
    public void tell(String pipeline) {
        PipelineState told = transactions.execute(status -> observe(pipeline, null));
        if (told != null) {
            seen.put(pipeline, told.shape());
        }
    }

    /**
     * Pauses what should run, for a reason that a person has to decide about.
     *
     * @param wish when the wish was made that was followed; who made another one since has decided
     */
    void halt(String pipeline, Instant wish, String reason, String message) {
        transactions.executeWithoutResult(status -> {
            store.halt(pipeline, wish, reason, message);
            observe(pipeline, new Cause(reason, replica));
        });
    }

    /** Like {@link #tell}, in the transaction of whoever moves the pipeline; null when it is gone. */
    @Nullable PipelineState observe(String pipeline, @Nullable Cause cause) {
        return store.lockTold(pipeline)
                .map(last -> {
                    PipelineState state = States.of(store.find(pipeline), store.replicas(pipeline, ALIVE_SECONDS));
                    if (isNews(state.status(), last)) {
                        store.setTold(pipeline, state.status());
                        events.publishEvent(
                                new PipelineMoved(pipeline, last, state.status(), state.reason(), state.message()));
                    }
                    events.publishEvent(new PipelineSeen(pipeline, state, cause == null ? found(state) : cause));
                    return state;
                })
                .orElse(null);
    }

    private Cause found(PipelineState state) {
        String reason = state.reason();
        return new Cause(reason == null ? "reconciled" : reason, replica);
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
