package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.connection.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks at single messages in no group: nobody's position moves. Safe for use by many threads; consumers are kept. */
public final class OldestMessage implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int FETCH_BYTES = 64 << 10;
    private static final int MESSAGES = 50;

    /** Whoever asks once asks every few seconds. */
    private static final int MOST_IDLE = 2;

    private final KafkaConnection kafka;
    private final Deque<Consumer<byte[], byte[]>> idle = new ArrayDeque<>();
    private boolean closed;

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
        Consumer<byte[], byte[]> consumer = null;
        try {
            consumer = take();
            consumer.assign(positions.keySet());
            positions.forEach(consumer::seek);
            Optional<Instant> oldest = read(consumer, new HashSet<>(positions.keySet()), deadline);
            consumer.unsubscribe(); // what it fetched ahead is forgotten, and what was paused
            if (keep(consumer)) {
                consumer = null;
            }
            return oldest;
        } catch (KafkaException e) {
            throw BatchException.retry("kafka_unavailable", "Kafka did not answer: " + e.getMessage(), e);
        } finally {
            if (consumer != null) {
                consumer.close(CloseOptions.timeout(Duration.ZERO));
            }
        }
    }

    private Consumer<byte[], byte[]> take() {
        synchronized (idle) {
            Consumer<byte[], byte[]> kept = idle.poll();
            if (kept != null) {
                return kept;
            }
        }
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
                MESSAGES));
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private boolean keep(Consumer<byte[], byte[]> consumer) {
        synchronized (idle) {
            return !closed && idle.size() < MOST_IDLE && idle.offer(consumer);
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

    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(consumer -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
            idle.clear();
        }
    }
}
