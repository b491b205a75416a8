package dev.caravan.lifecycle;

import dev.caravan.delivery.FileEntry;
import dev.caravan.delivery.FileQuery;
import dev.caravan.delivery.Generations;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.VersionSwitch;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.problem.Problem;
import dev.caravan.route.ConsumerGroups;
import dev.caravan.route.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/** Moves pipelines on request: stores the wish, then waits until the replicas have followed. */
public final class Lifecycle {
    private static final int FLUSHED_AT_MOST = 1_000;
    private static final int HEARD_JUST_NOW_SECONDS = 3;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final LifecycleStore store;
    private final Reconciler reconciler;
    private final Transitions transitions;
    private final Ledger ledger;
    private final Generations generations;
    private final Topics topics;
    private final PipelineStore pipelines;
    private final ConsumerGroups groups;
    private final TransactionOperations transactions;

    Lifecycle(
            LifecycleStore store,
            Reconciler reconciler,
            Transitions transitions,
            Ledger ledger,
            Generations generations,
            Topics topics,
            PipelineStore pipelines,
            ConsumerGroups groups,
            TransactionOperations transactions) {
        this.store = store;
        this.reconciler = reconciler;
        this.transitions = transitions;
        this.transactions = transactions;
        this.ledger = ledger;
        this.generations = generations;
        this.topics = topics;
        this.pipelines = pipelines;
        this.groups = groups;
    }

    public PipelineState state(Pipeline pipeline) {
        Optional<Desired> desired = store.find(pipeline.id());
        List<ReplicaState> replicas = store.replicas(pipeline.id(), Transitions.ALIVE_SECONDS);
        return States.of(desired, replicas);
    }

    /**
     * Asks for a move and returns at once; the replicas follow.
     *
     * @return how the pipeline stands now
     * @throws Problem {@code pipeline.illegal_transition}
     */
    public PipelineState ask(Pipeline pipeline, Move move, Cause cause) {
        PipelineState state = Objects.requireNonNull(transactions.execute(status -> {
            PipelineState now = held(pipeline);
            return move(pipeline, move, move.from(now.desired(), now.status()), cause);
        }));
        reconciler.nudge();
        return state;
    }

    /** How it stands, and nobody else moves it until the transaction ends. Told, because a client may have seen it so. */
    private PipelineState held(Pipeline pipeline) {
        store.hold(pipeline.id());
        var unused = transitions.observe(pipeline.id(), null);
        return state(pipeline);
    }

    private PipelineState move(Pipeline pipeline, Move move, Move.Step step, Cause cause) {
        String id = pipeline.id();
        switch (step) {
            case ILLEGAL -> {
                PipelineState now = state(pipeline);
                throw illegal(move.wireName(), now, move.advice(now.desired()));
            }
            case RUN, RUN_PAUSED -> {
                store.run(id, null).ifPresent(version -> ledger.switchTo(id, version));
                if (step == Move.Step.RUN_PAUSED) {
                    store.want(id, DesiredStatus.PAUSED, null, null);
                }
            }
            case WANT_RUNNING -> store.want(id, DesiredStatus.RUNNING, null, null);
            case WANT_PAUSED -> store.want(id, DesiredStatus.PAUSED, null, null);
            case WANT_STOPPED -> store.stop(id, false);
            case WANT_STOPPED_NOW -> store.stop(id, true);
            case FORGET -> {
                generations.beginAll(id, () -> ledger.forget(id));
                store.cleared(id);
            }
            case NOTHING -> {
                // nothing to tell of
            }
        }
        if (step != Move.Step.NOTHING) {
            transitions.observe(id, cause);
        }
        return state(pipeline);
    }

    /** Forgets why a stopped pipeline has stopped. */
    public void dismiss(Pipeline pipeline, Cause cause) {
        transactions.executeWithoutResult(status -> {
            held(pipeline);
            store.dismiss(pipeline.id());
            transitions.observe(pipeline.id(), cause);
        });
    }

    /** Starts a pipeline that is stopped or stops; nothing happens to one that runs. Returns once it runs or has failed. */
    public PipelineState start(Pipeline pipeline, Cause cause, Duration timeout) {
        transactions.executeWithoutResult(status -> {
            PipelineState now = held(pipeline);
            boolean stops = now.desired() == DesiredStatus.STOPPED;
            move(pipeline, Move.START, stops ? Move.Step.RUN : Move.START.from(now.desired(), now.status()), cause);
        });
        reconciler.nudge();
        return await(pipeline, Lifecycle::runsOrFailed, timeout);
    }

    /**
     * Starts a pipeline, or starts it again: whatever it is doing, each replica subscribes anew, under the same group and
     * at the same position. Returns at once; the replicas follow.
     *
     * @param version the one to run until the next start; null for the current one and those that follow it
     */
    public void subscribe(Pipeline pipeline, @Nullable Integer version, Cause cause) {
        switching(pipeline, cause, () -> store.run(pipeline.id(), version));
    }

    /** Reads no more, commits what is open, then stops. Returns at once; the replicas follow. */
    public void unsubscribe(Pipeline pipeline, Cause cause) {
        var unused = ask(pipeline, Move.STOP, cause);
    }

    /**
     * Whether a message that is published now is processed: the pipeline is to run, its group has been given all partitions
     * of the topic, and replicas that were heard of just now own them and run the right version; or it is idle, and looked
     * after. False when the broker does not answer.
     */
    public boolean ready(Pipeline pipeline) {
        Optional<Desired> wish = store.find(pipeline.id()).filter(desired -> desired.status() == DesiredStatus.RUNNING);
        if (wish.isEmpty()) {
            return false;
        }
        int version = wish.get().run().version();
        Map<PipelineStatus, List<ReplicaState>> replicas =
                store.replicas(pipeline.id(), HEARD_JUST_NOW_SECONDS).stream()
                        .filter(replica -> replica.version() == version)
                        .collect(Collectors.groupingBy(ReplicaState::status));
        Pipeline wanted = pipelines.version(pipeline.id(), version);
        List<ReplicaState> idle = replicas.getOrDefault(PipelineStatus.IDLE, List.of());
        if (!idle.isEmpty() && replicas.size() == 1) {
            return idle.stream().allMatch(replica -> replica.reason() == null) && groups.topicExists(wanted);
        }
        int owned = replicas.getOrDefault(PipelineStatus.RUNNING, List.of()).stream()
                .mapToInt(ReplicaState::partitions)
                .sum();
        return owned > 0 && owned == groups.covered(wanted);
    }

    private void switching(Pipeline pipeline, Cause cause, Supplier<Optional<Integer>> wish) {
        transactions.executeWithoutResult(status -> {
            wish.get().ifPresent(version -> ledger.switchTo(pipeline.id(), version));
            transitions.observe(pipeline.id(), cause);
        });
        reconciler.nudge();
    }

    public PipelineState pause(Pipeline pipeline, Cause cause, Duration timeout) {
        var unused = ask(pipeline, Move.PAUSE, cause);
        return await(pipeline, state -> state.status() == PipelineStatus.PAUSED, timeout);
    }

    /** @param acceptDead whether what is in the topic now may become dead letters, however many they are */
    public PipelineState resume(Pipeline pipeline, boolean acceptDead, Cause cause, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.desired() == DesiredStatus.STOPPED) {
            throw illegal("resume", now, Move.RESUME.advice(now.desired()));
        }
        if (acceptDead) {
            store.acceptDead(pipeline.id(), topics.lastOffsets(pipeline.topic()));
        }
        var unused = ask(pipeline, Move.RESUME, cause);
        return await(pipeline, Lifecycle::runsOrFailed, timeout);
    }

    /** Returns once every replica runs the current version or something is in the way; at once when it is stopped. */
    public PipelineState follow(Pipeline pipeline, Cause cause, Duration timeout) {
        switching(pipeline, cause, () -> store.unpin(pipeline.id()));
        return await(pipeline, state -> follows(state, pipeline.version()), timeout);
    }

    private static boolean follows(PipelineState state, int version) {
        boolean everywhere = !state.replicas().isEmpty()
                && state.status() != PipelineStatus.STARTING
                && state.replicas().stream().allMatch(replica -> replica.version() >= version);
        return everywhere || state.desired() == DesiredStatus.STOPPED || state.status() == PipelineStatus.FAILED;
    }

    /** Where each partition goes over to these versions, by topic, partition and version; the last one included. */
    public List<VersionSwitch> switches(Pipeline pipeline, int first, int last) {
        return ledger.switches(pipeline.id(), first, last);
    }

    /** Stops reading, commits what is open, then stops. */
    public Stopped stop(Pipeline pipeline, Cause cause, Duration timeout) {
        var unused = ask(pipeline, Move.STOP, cause);
        PipelineState stopped = await(pipeline, state -> state.status() == PipelineStatus.STOPPED, timeout);
        return new Stopped(stopped, flushed(pipeline.id(), stopped.since()));
    }

    private List<FileEntry> flushed(String pipeline, @Nullable Instant since) {
        return ledger.files(pipeline, FileQuery.newest(FLUSHED_AT_MOST)).stream()
                .filter(file -> file.committedAt() != null
                        && since != null
                        && !file.committedAt().isBefore(since))
                .toList();
    }

    /** Stops it when {@code force}, refuses otherwise while it is not stopped; then its ledger goes. Objects in S3 stay. */
    public void delete(Pipeline pipeline, boolean force, Cause cause, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.status() != PipelineStatus.STOPPED) {
            if (!force) {
                throw illegal("delete", now, "stop it first, or set force");
            }
            stop(pipeline, cause, timeout);
        }
        ledger.forget(pipeline.id());
    }

    /** How far each partition is behind; empty when Kafka does not know the topic. */
    public List<PartitionLag> lag(Pipeline pipeline) {
        Map<TopicPartition, Long> ends = topics.endOffsets(pipeline.topic());
        return PartitionLag.of(ledger.positions(pipeline.id()), ends);
    }

    /** A replica that is still paused when the pipeline is to run goes on soon; one that has paused it makes that the wish. */
    private static boolean runsOrFailed(PipelineState state) {
        return state.status() == PipelineStatus.RUNNING
                || state.status() == PipelineStatus.IDLE
                || state.status() == PipelineStatus.FAILED
                || (state.status() == PipelineStatus.PAUSED
                        && state.desired() == DesiredStatus.PAUSED
                        && state.reason() != null);
    }

    private PipelineState await(Pipeline pipeline, Predicate<PipelineState> reached, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        PipelineState state = state(pipeline);
        while (!reached.test(state)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new Problem(
                        LifecycleReason.TIMEOUT,
                        "the pipeline is still " + state.status().wireName() + " after " + timeout.toMillis()
                                + " ms; it goes on by itself"
                                + (state.message() == null ? "" : ": " + state.message()),
                        List.of(),
                        Map.of("status", state.status().wireName()));
            }
            pauseBriefly();
            state = state(pipeline);
        }
        // before the next wish, or what was reached for a moment only would never be told
        transitions.tell(pipeline.id());
        return state;
    }

    static void pauseBriefly() {
        try {
            Thread.sleep(LOOK_AGAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(LifecycleReason.TIMEOUT, "the program ends");
        }
    }

    static Problem illegal(String verb, PipelineState state, String advice) {
        String status = state.status().wireName();
        return new Problem(
                LifecycleReason.ILLEGAL_TRANSITION,
                "cannot " + verb + " a pipeline that is " + status + "; " + advice,
                List.of(),
                Map.of("status", status));
    }
}
