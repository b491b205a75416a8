package dev.caravan.lifecycle;

import dev.caravan.delivery.PartitionPosition;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a partition is behind.
 *
 * @param position the next offset to claim; -1 when nothing was read yet
 * @param end the offset the next message will get
 * @param lag messages between, at least 0
 */
public record PartitionLag(String topic, int partition, long position, long end, long lag) {
    static List<PartitionLag> of(List<PartitionPosition> positions, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> known = new HashMap<>();
        positions.forEach(at -> known.put(
                new TopicPartition(at.key().topic(), at.key().partition()),
                at.nextOffset().orElse(-1)));
        return ends.entrySet().stream()
                .map(end -> {
                    long position = known.getOrDefault(end.getKey(), -1L);
                    return new PartitionLag(
                            end.getKey().topic(),
                            end.getKey().partition(),
                            position,
                            end.getValue(),
                            Math.max(0, end.getValue() - Math.max(0, position)));
                })
                .sorted(Comparator.comparingInt(PartitionLag::partition))
                .toList();
    }
}
