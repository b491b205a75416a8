package dev.caravan.kill;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Feeds a topic with whole blocks of the {@link Workload}, at a steady rate while it is on. */
final class Feed implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "feed");
        thread.setDaemon(true);
        return thread;
    });
    private final ConcurrentMap<Integer, Long> next = new ConcurrentHashMap<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int turn;
    private ScheduledFuture<?> ticking;

    Feed(String bootstrap, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "enable.idempotence", "true",
                        "acks", "all",
                        "linger.ms", "5",
                        "batch.size", "65536",
                        "delivery.timeout.ms", "300000",
                        "max.block.ms", "300000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        for (int partition = 0; partition < partitions; partition++) {
            next.put(partition, 0L);
        }
    }

    /** Blocks go round the partitions until {@link #pause}. */
    void start(int messagesPerSecond) {
        long period = TimeUnit.SECONDS.toNanos(Workload.BLOCK) / messagesPerSecond;
        ticking = clock.scheduleAtFixedRate(() -> block(turn++ % partitions), 0, period, TimeUnit.NANOSECONDS);
    }

    /** Ends at a block's end and waits until the broker has everything. */
    Map<Integer, Long> pause() throws InterruptedException {
        if (ticking != null) {
            ticking.cancel(false);
        }
        try {
            // the clock has one thread: a block on its way is finished before this
            clock.submit(producer::flush).get();
        } catch (ExecutionException e) {
            throw new AssertionError("the feed failed", e);
        }
        Throwable cause = failure.get();
        if (cause != null) {
            throw new AssertionError("the feed failed", cause);
        }
        return produced();
    }

    /** Messages given to the producer so far, by partition. */
    Map<Integer, Long> produced() {
        return new HashMap<>(next);
    }

    long total() {
        return next.values().stream().mapToLong(Long::longValue).sum();
    }

    private void block(int partition) {
        long first = next.get(partition);
        for (long offset = first; offset < first + Workload.BLOCK; offset++) {
            send(partition, offset);
        }
        next.put(partition, first + Workload.BLOCK);
    }

    private void send(int partition, long offset) {
        producer.send(
                new ProducerRecord<>(topic, partition, null, Workload.value(partition, offset)), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    } else if (metadata.offset() != offset) {
                        failure.compareAndSet(
                                null,
                                new AssertionError("sent " + partition + ":" + offset + ", stored as " + metadata));
                    }
                });
    }

    @Override
    public void close() {
        clock.shutdownNow();
        producer.close(java.time.Duration.ofSeconds(5));
    }
}
