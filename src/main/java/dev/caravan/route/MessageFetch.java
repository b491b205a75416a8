package dev.caravan.route;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** Asks Kafka for messages of the partitions that may have some, and spools them. Used by {@link BatchConsumer}'s thread. */
final class MessageFetch {
    private final Consumer<byte[], ByteBuffer> real;
    private final AssignedPartitions partitions;
    private final PartitionOwner owner;
    private final BatchFailures failures;

    MessageFetch(
            Consumer<byte[], ByteBuffer> real,
            AssignedPartitions partitions,
            PartitionOwner owner,
            BatchFailures failures) {
        this.real = real;
        this.partitions = partitions;
        this.owner = owner;
        this.failures = failures;
    }

    /** Waits for at most {@code timeout}, and no longer than until the next batch is due. */
    void fetch(Duration timeout, SourceControl.Mode mode) {
        boolean read = mode == SourceControl.Mode.READ;
        boolean drain = mode == SourceControl.Mode.DRAIN;
        partitions.fetchOnly(partition -> partition.mayFetch() && (read || (drain && partition.recovering() != null)));
        try {
            ConsumerRecords<byte[], ByteBuffer> messages =
                    real.poll(mode == SourceControl.Mode.PAUSE ? timeout : untilNextEvent(timeout));
            for (TopicPartition at : messages.partitions()) {
                append(partitions.find(at), messages.records(at));
            }
        } catch (OffsetOutOfRangeException e) {
            e.partitions().forEach(at -> owner.expired(partitions.find(at)));
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            failures.report(e, timeout);
            LockSupport.parkNanos(timeout.toNanos());
        }
    }

    private Duration untilNextEvent(Duration atMost) {
        long now = System.nanoTime();
        return partitions.all().stream()
                .map(partition -> partition.nextEvent(now))
                .reduce(atMost, (one, other) -> one.compareTo(other) < 0 ? one : other);
    }

    private void append(@Nullable SourcePartition partition, List<ConsumerRecord<byte[], ByteBuffer>> messages) {
        if (partition == null || !partition.owned()) {
            return;
        }
        try {
            for (ConsumerRecord<byte[], ByteBuffer> message : messages) {
                partition.append(message);
            }
            partition.heard(System.nanoTime());
        } catch (IOException e) {
            owner.spoolLost(partition, e);
        }
    }
}
