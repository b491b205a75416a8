package dev.caravan.bench.wait;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Where the messages come from that are to wait, or the events that they wait for. */
final class Topic {
    private static final int PARTITIONS = 4;

    private final String kafka;
    private final String name;
    private long sent;

    Topic(String kafka, String name) throws Exception {
        this.kafka = kafka;
        this.name = name;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** Sends messages with the next numbers, whose keys start with the prefix; returns the first. */
    long add(String prefix, long count) {
        long first = sent;
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 << 10,
                ProducerConfig.LINGER_MS_CONFIG,
                5);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (; sent < first + count; sent++) {
                String message = "{\"id\":\"%s\",\"customer\":%d,\"amount\":%d.25,\"currency\":\"EUR\"}"
                        .formatted(Keys.key(prefix, sent), sent % 9_973, sent % 1_000);
                producer.send(new ProducerRecord<>(
                        name, (int) (sent % PARTITIONS), null, message.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return first;
    }
}
