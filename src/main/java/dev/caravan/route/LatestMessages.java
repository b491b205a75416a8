package dev.caravan.route;

import dev.caravan.batch.Header;
import dev.caravan.connection.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the end of a topic, in no group: nobody's position moves. */
public final class LatestMessages {
    private static final long MAX_BYTES = 8L << 20;
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConnection kafka;

    LatestMessages(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /** The newest messages by their timestamps, at most {@code count} and 8 MiB; by partition and offset. */
    public List<PreviewMessage> of(String topic, int count, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Map<String, Object> settings = kafka.with(Map.of(
                "enable.auto.commit",
                false,
                "allow.auto.create.topics",
                false,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "max.partition.fetch.bytes",
                1 << 20,
                "default.api.timeout.ms",
                (int) Math.max(1_000, timeout.toMillis())));
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            ends.forEach((at, end) -> consumer.seek(at, Math.max(begins.getOrDefault(at, 0L), end - count)));
            return newest(read(consumer, ends, deadline), count);
        }
    }

    private static List<PreviewMessage> read(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, long deadline) {
        List<PreviewMessage> messages = new ArrayList<>();
        while (System.nanoTime() - deadline < 0
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                List<Header> headers = new ArrayList<>();
                message.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
                messages.add(new PreviewMessage(
                        message.partition(),
                        message.offset(),
                        message.timestamp(),
                        message.key(),
                        headers,
                        message.value()));
            }
        }
        return messages;
    }

    private static List<PreviewMessage> newest(List<PreviewMessage> messages, int count) {
        messages.sort(Comparator.comparingLong(PreviewMessage::timestamp)
                .thenComparingLong(PreviewMessage::offset)
                .reversed());
        List<PreviewMessage> taken = new ArrayList<>();
        long bytes = 0;
        for (PreviewMessage message : messages) {
            byte[] value = message.value();
            bytes += value == null ? 0 : value.length;
            if (taken.size() == count || bytes > MAX_BYTES) {
                break;
            }
            taken.add(message);
        }
        taken.sort(Comparator.comparingInt(PreviewMessage::partition).thenComparingLong(PreviewMessage::offset));
        return taken;
    }
}
