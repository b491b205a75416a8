package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.connection.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks at single messages in no group: nobody's position moves. */
public final class OldestMessage {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int FETCH_BYTES = 64 << 10;

    private final KafkaConnection kafka;

    OldestMessage(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /**
     * Kafka's timestamp of the oldest of the messages at or after these positions, one in each partition.
     *
     * @return empty when none of them came in time
     * @throws BatchException of kind RETRY when Kafka is away
     */
    public Optional<Instant> at(Map<TopicPartition, Long> positions, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Map<String, Object> settings = kafka.with(Map.of(
                "enable.auto.commit",
                false,
                "allow.auto.create.topics",
                false,
                "auto.offset.reset",
                "earliest",
                "max.partition.fetch.bytes",
                FETCH_BYTES,
                "max.poll.records",
                positions.size(),
                "default.api.timeout.ms",
                (int) Math.max(1_000, timeout.toMillis())));
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(positions.keySet());
            positions.forEach(consumer::seek);
            return read(consumer, new HashSet<>(positions.keySet()), deadline);
        } catch (KafkaException e) {
            throw BatchException.retry("kafka_unavailable", "Kafka did not answer: " + e.getMessage(), e);
        }
    }

    private static Optional<Instant> read(
            Consumer<byte[], byte[]> consumer, Set<TopicPartition> missing, long deadline) {
        long oldest = Long.MAX_VALUE;
        while (!missing.isEmpty() && System.nanoTime() - deadline < 0) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
            for (TopicPartition partition : polled.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> messages = polled.records(partition);
                if (missing.remove(partition)) {
                    oldest = Math.min(oldest, messages.get(0).timestamp());
                    consumer.pause(List.of(partition));
                }
            }
        }
        return oldest == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(oldest));
    }
}
