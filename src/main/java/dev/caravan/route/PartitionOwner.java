package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.delivery.Claim;
import dev.caravan.delivery.FaultPoint;
import dev.caravan.delivery.Faults;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Ownership;
import dev.caravan.pipeline.StartFrom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Takes assigned partitions over in the ledger and puts the consumer where the ledger says. */
final class PartitionOwner {
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<byte[], ByteBuffer> real;
    private final SourceRuntime runtime;
    private final Ledger ledger;
    private final Faults faults;
    private final BatchFailures failures;

    PartitionOwner(Consumer<byte[], ByteBuffer> real, SourceRuntime runtime, Ledger ledger, Faults faults) {
        this.real = real;
        this.runtime = runtime;
        this.ledger = ledger;
        this.faults = faults;
        this.failures = new BatchFailures(runtime);
    }

    /** Newly assigned: a consumer needs some position at once, the right one comes with the ownership. */
    void assigned(Collection<SourcePartition> added) {
        for (SourcePartition partition : added) {
            real.seek(partition.partition(), 0);
            real.pause(Set.of(partition.partition()));
        }
    }

    void ownWhenDue(SourcePartition partition) {
        if (!partition.ownDue(System.nanoTime())) {
            return;
        }
        try {
            own(partition);
        } catch (RuntimeException e) {
            failures.report(e, partition.ownFailed());
        }
    }

    private void own(SourcePartition partition) {
        Ownership ownership = ledger.own(
                partition.key(), runtime.owner(), runtime.topicId().get().orElse(null));
        long position =
                ownership.nextOffset().isPresent() ? ownership.nextOffset().getAsLong() : begin(partition, ownership);
        partition.own(ownership, position);
        real.seek(partition.partition(), partition.readFrom());
        if (partition.recovering() != null) {
            faults.reach(FaultPoint.DURING_RECOVERY);
            if (oldest(partition) > partition.readFrom()) {
                expired(partition);
            }
        }
    }

    /**
     * When the consumer is past the position of the ledger though no message has come, what is between are none (markers of
     * transactions, aborted ones, compacted ones). That is recorded, so that nobody waits for them.
     */
    void passNoMessages(SourcePartition partition) {
        if (!partition.quiet(System.nanoTime())) {
            return;
        }
        try {
            long position = real.position(partition.partition(), BROKER_TIMEOUT);
            if (position > partition.next()) {
                ledger.pass(partition.key(), partition.epoch(), partition.next(), position);
                partition.passed(position);
            }
        } catch (RuntimeException e) {
            partition.release();
            failures.report(e, partition.ownFailed());
        }
    }

    private long oldest(SourcePartition partition) {
        TopicPartition at = partition.partition();
        return java.util.Objects.requireNonNull(
                real.beginningOffsets(Set.of(at), BROKER_TIMEOUT).get(at));
    }

    private long begin(SourcePartition partition, Ownership ownership) {
        TopicPartition at = partition.partition();
        long offset = runtime.startFrom() == StartFrom.EARLIEST
                ? oldest(partition)
                : java.util.Objects.requireNonNull(
                        real.endOffsets(Set.of(at), BROKER_TIMEOUT).get(at));
        ledger.begin(partition.key(), ownership.epoch(), offset);
        return offset;
    }

    /**
     * Kafka no longer has what comes next here, or what a claim left behind covers. The exact offsets are reported and
     * nothing is skipped.
     */
    void expired(@Nullable SourcePartition partition) {
        if (partition == null) {
            return;
        }
        try {
            reportLoss(partition);
        } catch (RuntimeException e) {
            partition.release();
            failures.report(e, partition.ownFailed());
        }
    }

    private void reportLoss(SourcePartition partition) {
        Claim claim = partition.recovering();
        long last = oldest(partition) - 1;
        if (claim == null) {
            lost(partition, partition.readFrom(), last, null);
        } else {
            lost(partition, claim.range().first(), Math.min(last, claim.range().last()), claim);
        }
    }

    private void lost(SourcePartition partition, long first, long last, @Nullable Claim claim) {
        String message = "SOURCE_DATA_EXPIRED: Kafka no longer holds offsets " + first + ".." + last + " of "
                + partition.partition() + ", which were not written yet; the pipeline does not skip them by itself";
        if (claim != null) {
            ledger.expire(claim, message);
        }
        partition.release();
        partition.ownFailed();
        BatchException cause = BatchException.pause("source_data_expired", message);
        if (failures.report(cause, Duration.ZERO) == BatchFailures.Outcome.DROPPED) {
            partition.giveUp();
        }
    }

    /** The spool could not be written: what was open is read again when the partition is owned anew. */
    void spoolLost(SourcePartition partition, IOException cause) {
        partition.release();
        Duration delay = partition.ownFailed();
        runtime.listener()
                .delayed(
                        runtime.pipeline(),
                        "disk_unavailable",
                        "messages cannot be spooled in "
                                + runtime.versions()
                                        .directory(runtime.versions().current()) + ": " + cause.getMessage(),
                        delay);
    }
}
