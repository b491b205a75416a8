package dev.caravan.bench;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills the topic, once, before anything is measured. */
final class Seeding {
    private Seeding() {}

    static Events.Truth fill(String kafka, long messages) throws InterruptedException, ExecutionException {
        Map<String, Object> servers = Map.of("bootstrap.servers", kafka);
        try (Admin admin = Admin.create(servers)) {
            NewTopic topic = new NewTopic(Events.TOPIC, Events.partitions(), (short) 1)
                    .configs(Map.of("compression.type", "lz4", "retention.ms", "-1"));
            admin.createTopics(List.of(topic)).all().get();
        }
        Events events = new Events();
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 << 10,
                ProducerConfig.LINGER_MS_CONFIG,
                5);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            long[] left = new long[Events.partitions()];
            for (int partition = 0; partition < left.length; partition++) {
                left[partition] = Events.messagesOf(partition, messages);
            }
            for (long sent = 0; sent < messages; ) {
                for (int partition = 0; partition < left.length; partition++) {
                    for (int i = 0; i < 1_000 && left[partition] > 0; i++, sent++, left[partition]--) {
                        producer.send(
                                new ProducerRecord<>(Events.TOPIC, partition, null, events.next()), (done, problem) -> {
                                    if (problem != null) {
                                        failure.set(problem);
                                    }
                                });
                    }
                }
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("the topic could not be filled", failure.get());
        }
        return events.truth();
    }
}
