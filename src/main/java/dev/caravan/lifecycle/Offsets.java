package dev.caravan.lifecycle;

import dev.caravan.delivery.Counts;
import dev.caravan.delivery.Generation;
import dev.caravan.delivery.Generations;
import dev.caravan.delivery.PartitionKey;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineReason;
import dev.caravan.pipeline.StartFrom;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import dev.caravan.route.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionOperations;

/** Where pipelines stand in their topics, and how that is changed. */
public final class Offsets {
    private final LifecycleStore store;
    private final Generations generations;
    private final Topics topics;
    private final PipelineDiary diary;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;

    Offsets(
            LifecycleStore store,
            Generations generations,
            Topics topics,
            PipelineDiary diary,
            ApplicationEventPublisher events,
            TransactionOperations transactions) {
        this.store = store;
        this.generations = generations;
        this.topics = topics;
        this.diary = diary;
        this.events = events;
        this.transactions = transactions;
    }

    /** By partition; none when Kafka does not know the topic. */
    public List<PartitionOffsets> of(Pipeline pipeline) {
        Map<Integer, Generation> known = byPartition(generations.current(pipeline.id(), pipeline.topic()));
        // the start is asked for first, so that it is not behind an end that was earlier
        SortedMap<Integer, Long> starts = partitions(topics.startOffsets(pipeline.topic()));
        SortedMap<Integer, Long> ends = partitions(topics.endOffsets(pipeline.topic()));
        List<PartitionOffsets> found = new ArrayList<>();
        ends.forEach((partition, end) -> {
            Long start = starts.get(partition);
            if (start != null) {
                found.add(shown(pipeline, partition, known.get(partition), start, end));
            }
        });
        return found;
    }

    private static PartitionOffsets shown(
            Pipeline pipeline, int partition, @Nullable Generation known, long start, long end) {
        if (known == null || known.position().isEmpty()) {
            boolean fromEnd = pipeline.spec().options().startFrom() == StartFrom.LATEST;
            return new PartitionOffsets(
                    partition,
                    known == null ? 1 : known.number(),
                    null,
                    start,
                    end,
                    fromEnd ? 0 : end - start,
                    Counts.NONE,
                    null);
        }
        long position = known.position().getAsLong();
        return new PartitionOffsets(
                partition,
                known.number(),
                position,
                start,
                end,
                Math.max(0, end - position),
                known.counts(),
                known.reset());
    }

    /**
     * Has partitions read on from elsewhere. Each begins another generation, also when it stays where it is.
     *
     * @param actor id of the key
     * @throws Problem when the pipeline is not stopped or not done with what it has read, and when the offsets are not there
     */
    public List<PartitionOffsets> reset(Pipeline pipeline, OffsetsWish wish, String actor) {
        SortedMap<Integer, Long> targets = targets(pipeline, wish);
        OffsetsReset news = transactions.execute(status -> {
            requireStopped(pipeline);
            Map<Integer, Generation> before = byPartition(generations.lock(pipeline.id(), pipeline.topic()));
            before.keySet().retainAll(targets.keySet());
            requireFinished(before);
            OffsetsReset reset = begin(pipeline, wish.wireName(), actor, targets, before);
            events.publishEvent(reset);
            return reset;
        });
        diary.reset(java.util.Objects.requireNonNull(news));
        return of(pipeline);
    }

    private OffsetsReset begin(
            Pipeline pipeline,
            String to,
            String actor,
            SortedMap<Integer, Long> targets,
            Map<Integer, Generation> before) {
        List<OffsetsReset.Moved> moved = new ArrayList<>();
        targets.forEach((partition, offset) -> {
            generations.begin(new PartitionKey(pipeline.id(), pipeline.topic(), partition), offset, to, actor);
            Generation last = before.get(partition);
            moved.add(new OffsetsReset.Moved(partition, last == null ? 1 : last.number() + 1, offset));
        });
        return new OffsetsReset(pipeline.id(), pipeline.topic(), to, actor, moved);
    }

    /** The wish's row is locked until the end, so that nobody starts the pipeline meanwhile. */
    private void requireStopped(Pipeline pipeline) {
        if (store.lockTold(pipeline.id()).isEmpty()) {
            throw new Problem(PipelineReason.NOT_FOUND, "the pipeline was deleted a moment ago");
        }
        PipelineState state =
                States.of(store.find(pipeline.id()), store.replicas(pipeline.id(), Transitions.ALIVE_SECONDS));
        if (state.status() != PipelineStatus.STOPPED) {
            String status = state.status().wireName();
            String advice = state.desired() == DesiredStatus.STOPPED
                    ? "wait until it is stopped"
                    : "stop it first, reset the offsets, then start it again";
            throw new Problem(
                    LifecycleReason.NOT_STOPPED,
                    "the offsets of a pipeline that is " + status + " cannot be reset; " + advice,
                    List.of(),
                    Map.of("status", status));
        }
    }

    private static void requireFinished(Map<Integer, Generation> before) {
        before.forEach((partition, generation) -> {
            if (generation.unfinished() > 0) {
                throw new Problem(
                        LifecycleReason.UNFINISHED,
                        "partition " + partition + " has " + generation.unfinished()
                                + " claims that were not finished when the pipeline ended; "
                                + "start it and stop it again, which finishes them, then reset the offsets");
            }
            if (generation.counts().parked() > 0) {
                throw new Problem(
                        LifecycleReason.UNFINISHED,
                        generation.counts().parked() + " messages of partition " + partition
                                + " wait for an event; end their waits, start the pipeline until they have gone on, "
                                + "stop it, then reset the offsets");
            }
        });
    }

    private SortedMap<Integer, Long> targets(Pipeline pipeline, OffsetsWish wish) {
        String topic = pipeline.topic();
        SortedMap<Integer, Long> starts = partitions(topics.startOffsets(topic));
        SortedMap<Integer, Long> ends = partitions(topics.endOffsets(topic));
        if (ends.isEmpty()) {
            throw new Problem(LifecycleReason.NO_TOPIC, "Kafka has no topic " + topic + ", so it has no offsets");
        }
        if (wish instanceof OffsetsWish.Numbers numbers) {
            check(topic, numbers.byPartition(), starts, ends);
            return numbers.byPartition();
        }
        if (wish instanceof OffsetsWish.At at) {
            SortedMap<Integer, Long> found = partitions(topics.offsetsAt(topic, at.time()));
            found.replaceAll((partition, offset) -> offset < 0 ? ends.getOrDefault(partition, 0L) : offset);
            return found;
        }
        return wish instanceof OffsetsWish.Earliest ? starts : ends;
    }

    private static void check(
            String topic,
            SortedMap<Integer, Long> wanted,
            SortedMap<Integer, Long> starts,
            SortedMap<Integer, Long> ends) {
        List<Violation> violations = new ArrayList<>();
        wanted.forEach((partition, offset) -> {
            Long start = starts.get(partition);
            Long end = ends.get(partition);
            if (start == null || end == null) {
                String last = String.valueOf(ends.lastKey());
                violations.add(new Violation(
                        "/offsets/" + partition, "is no partition of " + topic + ", which has 0 to " + last));
            } else if (offset < start || offset > end) {
                violations.add(new Violation(
                        "/offsets/" + partition, "has to be from " + start + ", the oldest, to " + end + ", the end"));
            }
        });
        if (!violations.isEmpty()) {
            throw new Problem(LifecycleReason.OFFSETS_REFUSED, violations.get(0) + ".", violations);
        }
    }

    private static Map<Integer, Generation> byPartition(List<Generation> generations) {
        return generations.stream().collect(Collectors.toMap(Generation::partition, Function.identity()));
    }

    private static SortedMap<Integer, Long> partitions(Map<TopicPartition, Long> offsets) {
        SortedMap<Integer, Long> byPartition = new TreeMap<>();
        offsets.forEach((at, offset) -> byPartition.put(at.partition(), offset));
        return byPartition;
    }
}
