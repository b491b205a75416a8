package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends rows to Kafka and waits until all replicas have them. One producer for all sinks, opened when first needed. */
final class KafkaRows implements AutoCloseable {
    private final Map<String, Object> settings;
    private @Nullable Producer<byte[], byte[]> producer;

    KafkaRows(Map<String, Object> client) {
        settings = new HashMap<>(client);
        settings.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "caravan-sink");
        settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "5");
        settings.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
        settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, "10000");
        settings.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        settings.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "20000");
        // what the promise rests on is not for settings
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    }

    /** Returns when every record is acknowledged; after a failure some may have been. */
    void send(String topic, Iterable<ProducerRecord<byte[], byte[]>> records) {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        Producer<byte[], byte[]> current = open();
        try {
            for (ProducerRecord<byte[], byte[]> each : records) {
                var unused = current.send(each, (metadata, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                });
                if (failure.get() != null) {
                    break;
                }
            }
            current.flush();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
        Exception first = failure.get();
        if (first != null) {
            discard(current);
            throw failed(topic, first);
        }
    }

    private static RuntimeException failed(String topic, Exception failure) {
        if (failure instanceof BatchException batch) {
            return batch;
        }
        String sentence = "topic " + topic + " does not take the rows: " + failure.getMessage();
        return failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException
                ? BatchException.pause("kafka_refused", sentence)
                : BatchException.retry("kafka_unavailable", sentence, failure);
    }

    private synchronized Producer<byte[], byte[]> open() {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            try {
                current = new KafkaProducer<>(settings);
            } catch (RuntimeException e) {
                throw BatchException.retry("kafka_unavailable", "no producer can be made: " + e.getMessage(), e);
            }
            producer = current;
        }
        return current;
    }

    /** A producer may not be usable after an error; the next delivery makes a new one. */
    private synchronized void discard(Producer<byte[], byte[]> broken) {
        if (producer == broken) {
            producer = null;
        }
        broken.close(java.time.Duration.ZERO);
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(java.time.Duration.ofSeconds(5));
        }
    }
}
