package dev.caravan.route;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The partitions that Kafka has given to one consumer; follows the group's rebalances. */
final class AssignedPartitions {
    private final Consumer<byte[], ByteBuffer> real;
    private final SourceRuntime runtime;
    private final PartitionOwner owner;
    private final Clock clock;
    private final Map<TopicPartition, SourcePartition> partitions = new LinkedHashMap<>();

    AssignedPartitions(Consumer<byte[], ByteBuffer> real, SourceRuntime runtime, PartitionOwner owner, Clock clock) {
        this.real = real;
        this.runtime = runtime;
        this.owner = owner;
        this.clock = clock;
    }

    Collection<SourcePartition> all() {
        return partitions.values();
    }

    @Nullable SourcePartition find(TopicPartition at) {
        return partitions.get(at);
    }

    /** The versions that process what is on its way here, and what comes next. */
    Set<Integer> versions(int current) {
        Set<Integer> versions = new HashSet<>(Set.of(current));
        partitions.values().forEach(partition -> partition.addVersions(versions));
        return versions;
    }

    /** What is in their hands, all together. */
    Held held() {
        Held held = Held.NOTHING;
        for (SourcePartition partition : partitions.values()) {
            held = held.plus(partition.held());
        }
        return held;
    }

    /** Drops what is not committed and deletes its files. */
    void releaseAll() {
        partitions.values().forEach(SourcePartition::release);
        partitions.clear();
    }

    /** Lets the consumer fetch from these partitions and from no other. */
    void fetchOnly(Predicate<SourcePartition> mayFetch) {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        Set<TopicPartition> paused = real.paused();
        for (SourcePartition partition : partitions.values()) {
            boolean fetch = mayFetch.test(partition);
            if (fetch == paused.contains(partition.partition())) {
                (fetch ? resume : pause).add(partition.partition());
            }
        }
        real.pause(pause);
        real.resume(resume);
    }

    /** Owns what is assigned and releases what is revoked; Camel's own listener follows. */
    ConsumerRebalanceListener listener(ConsumerRebalanceListener camels) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
                List<SourcePartition> added = assigned.stream()
                        .map(at -> new SourcePartition(runtime, at, clock))
                        .toList();
                added.forEach(partition -> partitions.put(partition.partition(), partition));
                owner.assigned(added);
                runtime.listener().assigned(runtime.pipeline(), partitions.size());
                camels.onPartitionsAssigned(assigned);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
                release(revoked);
                camels.onPartitionsRevoked(revoked);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> lost) {
                release(lost);
                camels.onPartitionsLost(lost);
            }

            private void release(Collection<TopicPartition> gone) {
                for (TopicPartition at : gone) {
                    SourcePartition partition = partitions.remove(at);
                    if (partition != null) {
                        partition.release();
                    }
                }
                runtime.listener().assigned(runtime.pipeline(), partitions.size());
            }
        };
    }
}
