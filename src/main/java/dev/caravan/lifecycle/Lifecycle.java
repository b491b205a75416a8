package dev.caravan.lifecycle;

import dev.caravan.delivery.FileEntry;
import dev.caravan.delivery.FileQuery;
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
    private final Topics topics;
    private final PipelineStore pipelines;
    private final ConsumerGroups groups;
    private final TransactionOperations transactions;

    Lifecycle(
            LifecycleStore store,
            Reconciler reconciler,
            Transitions transitions,
            Ledger ledger,
            Topics topics,
            PipelineStore pipelines,
            ConsumerGroups groups,
            TransactionOperations transactions) {
        this.store = store;
        this.reconciler = reconciler;
        this.transitions = transitions;
        this.transactions = transactions;
        this.ledger = ledger;
        this.topics = topics;
        this.pipelines = pipelines;
        this.groups = groups;
    }

    public PipelineState state(Pipeline pipeline) {
        Optional<Desired> desired = store.find(pipeline.id());
        List<ReplicaState> replicas = store.replicas(pipeline.id(), Transitions.ALIVE_SECONDS);
        return States.of(desired, replicas);
    }

    /** Starts a stopped pipeline; nothing happens to one that runs. Returns once it runs or has failed. */
    public PipelineState start(Pipeline pipeline, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.desired() == DesiredStatus.PAUSED) {
            throw illegal("start", now, "resume it instead");
        }
        if (now.desired() == DesiredStatus.STOPPED) {
            subscribe(pipeline, null);
        }
        return await(pipeline, Lifecycle::runsOrFailed, timeout);
    }

    /**
     * Starts a pipeline, or starts it again: whatever it is doing, each replica subscribes anew, under the same group and
     * at the same position. Returns at once; the replicas follow.
     *
     * @param version the one to run until the next start; null for the current one and those that follow it
     */
    public void subscribe(Pipeline pipeline, @Nullable Integer version) {
        switching(pipeline, () -> store.run(pipeline.id(), version));
    }

    /** Reads no more, commits what is open, then stops. Returns at once; the replicas follow. */
    public void unsubscribe(Pipeline pipeline) {
        if (state(pipeline).desired() != DesiredStatus.STOPPED) {
            want(pipeline, DesiredStatus.STOPPED);
        }
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

    private void switching(Pipeline pipeline, Supplier<Optional<Integer>> wish) {
        transactions.executeWithoutResult(
                status -> wish.get().ifPresent(version -> ledger.switchTo(pipeline.id(), version)));
        reconciler.nudge();
    }

    public PipelineState pause(Pipeline pipeline, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.desired() == DesiredStatus.STOPPED) {
            throw illegal("pause", now, "start it first");
        }
        if (now.desired() == DesiredStatus.RUNNING) {
            want(pipeline, DesiredStatus.PAUSED);
        }
        return await(pipeline, state -> state.status() == PipelineStatus.PAUSED, timeout);
    }

    /** @param acceptDead whether what is in the topic now may become dead letters, however many they are */
    public PipelineState resume(Pipeline pipeline, boolean acceptDead, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.desired() == DesiredStatus.STOPPED) {
            throw illegal("resume", now, "start it instead");
        }
        if (acceptDead) {
            store.acceptDead(pipeline.id(), topics.lastOffsets(pipeline.topic()));
        }
        if (now.desired() == DesiredStatus.PAUSED) {
            want(pipeline, DesiredStatus.RUNNING);
        }
        return await(pipeline, Lifecycle::runsOrFailed, timeout);
    }

    /** Returns once every replica runs the current version or something is in the way; at once when it is stopped. */
    public PipelineState follow(Pipeline pipeline, Duration timeout) {
        switching(pipeline, () -> store.unpin(pipeline.id()));
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
    public Stopped stop(Pipeline pipeline, Duration timeout) {
        if (state(pipeline).desired() != DesiredStatus.STOPPED) {
            want(pipeline, DesiredStatus.STOPPED);
        }
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
    public void delete(Pipeline pipeline, boolean force, Duration timeout) {
        PipelineState now = state(pipeline);
        if (now.status() != PipelineStatus.STOPPED) {
            if (!force) {
                throw illegal("delete", now, "stop it first, or set force");
            }
            stop(pipeline, timeout);
        }
        ledger.forget(pipeline.id());
    }

    /** How far each partition is behind; empty when Kafka does not know the topic. */
    public List<PartitionLag> lag(Pipeline pipeline) {
        Map<TopicPartition, Long> ends = topics.endOffsets(pipeline.topic());
        return PartitionLag.of(ledger.positions(pipeline.id()), ends);
    }

    private void want(Pipeline pipeline, DesiredStatus status) {
        store.want(pipeline.id(), status, null, null);
        reconciler.nudge();
    }

    private static boolean runsOrFailed(PipelineState state) {
        return state.status() == PipelineStatus.RUNNING
                || state.status() == PipelineStatus.IDLE
                || state.status() == PipelineStatus.FAILED
                || (state.status() == PipelineStatus.PAUSED && state.reason() != null);
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
