package dev.caravan.trigger;

import dev.caravan.testing.Servers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes numbered messages without a pause until it is closed. */
final class Publisher implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean enough;
    private final CompletableFuture<Void> publishing;

    Publisher(String topic, int perSecond) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(
                // on a topic that is only just there a second request may be stored before the first, which then fails
                Servers.kafka()
                        .with(Map.of(
                                "acks", "all", "enable.idempotence", true, "max.in.flight.requests.per.connection", 1)),
                new StringSerializer(),
                new StringSerializer());
        this.publishing = CompletableFuture.runAsync(() -> publish(TimeUnit.SECONDS.toNanos(1) / perSecond));
    }

    private void publish(long gap) {
        long next = System.nanoTime();
        for (long id = 0; !enough; id++) {
            producer.send(new ProducerRecord<>(topic, "k" + id % 97, "{\"id\":" + id + "}"), (done, failure) -> {
                if (failure == null) {
                    acknowledged.incrementAndGet();
                }
            });
            next += gap;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** Stops; the number of messages, ids from 0 on. */
    long finish() {
        enough = true;
        publishing.join();
        producer.flush();
        return acknowledged.get();
    }

    @Override
    public void close() {
        finish();
        producer.close();
    }
}
