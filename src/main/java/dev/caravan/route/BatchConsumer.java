package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.delivery.FaultPoint;
import dev.caravan.delivery.Faults;
import dev.caravan.delivery.Ledger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * ④ of 8: turns polls into batches. Every poll settles the batch handed out last, owns what was assigned, hands out a
 * closed batch whose time has come, or else fetches and spools. A batch is handed out until its receipt is signed; only
 * then does its partition go on, so nothing that happens in the route can skip one. Used by one thread, Camel's.
 */
final class BatchConsumer {
    private final Consumer<byte[], ByteBuffer> real;
    private final SourceRuntime runtime;
    private final Faults faults;
    private final PartitionOwner owner;
    private final BatchFailures failures;
    private final AssignedPartitions partitions;
    private final MessageFetch messages;
    private @Nullable HandedOut handedOut;
    private int seen;
    private int version;
    private Set<Integer> using = Set.of();

    private record HandedOut(SourcePartition partition, PendingBatch pending) {}

    BatchConsumer(Consumer<byte[], ByteBuffer> real, SourceRuntime runtime, Ledger ledger, Faults faults, Clock clock) {
        this.real = real;
        this.runtime = runtime;
        this.version = runtime.versions().current();
        this.faults = faults;
        this.owner = new PartitionOwner(real, runtime, ledger, faults);
        this.failures = new BatchFailures(runtime);
        this.partitions = new AssignedPartitions(real, runtime, owner, clock);
        this.messages = new MessageFetch(real, partitions, owner, failures);
    }

    /** Returns at most one batch; waits for at most {@code timeout}. */
    ConsumerRecords<?, ?> poll(Duration timeout) {
        SourceControl.Wish wish = runtime.control().wish();
        if (wish.number() != seen) {
            seen = wish.number();
            partitions.all().forEach(SourcePartition::retryNow);
        }
        settle();
        followVersion();
        boolean reading = wish.mode() != SourceControl.Mode.PAUSE;
        if (reading) {
            partitions.all().forEach(owner::ownWhenDue);
            use(partitions.versions(version));
            ConsumerRecords<?, ?> due = handOutDue(wish);
            if (!due.isEmpty()) {
                report(wish, true);
                return due;
            }
        }
        messages.fetch(timeout, wish.mode());
        if (reading) {
            partitions.all().forEach(owner::passNoMessages);
        }
        ConsumerRecords<?, ?> due = reading ? handOutDue(wish) : ConsumerRecords.EMPTY;
        boolean unfinished = partitions.all().stream().anyMatch(SourcePartition::unfinishedMessages);
        report(wish, unfinished || !due.isEmpty());
        return due;
    }

    private void report(SourceControl.Wish seen, boolean unfinished) {
        runtime.control().report(this, seen, unfinished, partitions.held());
    }

    /** The ledger takes nothing more of the version before, so what is open goes through the new one from its start. */
    private void followVersion() {
        int current = runtime.versions().current();
        if (version != current) {
            version = current;
            partitions.all().forEach(SourcePartition::startOver);
            use(partitions.versions(current));
        }
    }

    private void use(Set<Integer> versions) {
        if (!versions.equals(using)) {
            using = versions;
            runtime.versions().use(this, versions);
        }
    }

    /** Owns what is assigned and releases what is revoked; Camel's own listener follows. */
    ConsumerRebalanceListener listener(ConsumerRebalanceListener camels) {
        return partitions.listener(camels);
    }

    /** Drops what is not committed. */
    void release() {
        handedOut = null;
        partitions.releaseAll();
        runtime.control().gone(this);
        use(Set.of());
    }

    private void settle() {
        HandedOut last = handedOut;
        handedOut = null;
        if (last == null || !partitions.all().contains(last.partition())) {
            return;
        }
        SourcePartition partition = last.partition();
        PendingBatch pending = last.pending();
        if (pending.receipt().committed()) {
            faults.reach(FaultPoint.AFTER_COMMIT);
            runtime.listener().committed(runtime.pipeline(), pending.range());
            OffsetAndMetadata advisory = new OffsetAndMetadata(pending.range().last() + 1);
            if (partition.finished()) {
                real.seek(partition.partition(), partition.readFrom());
            } else {
                real.commitAsync(Map.of(partition.partition(), advisory), BatchFailures::adviceFailed);
            }
            return;
        }
        switch (failures.handle(pending)) {
            case FENCED -> {
                partition.release();
                partition.ownFailed();
            }
            case DROPPED -> partition.giveUp();
            case RETRIED, HALTED -> {}
        }
    }

    private ConsumerRecords<?, ?> handOutDue(SourceControl.Wish wish) {
        long now = System.nanoTime();
        boolean drain = wish.mode() == SourceControl.Mode.DRAIN;
        for (SourcePartition partition : partitions.all()) {
            close(partition, now, drain);
            PendingBatch pending = partition.due(now);
            if (pending != null) {
                return handOut(partition, pending);
            }
        }
        return ConsumerRecords.EMPTY;
    }

    private void close(SourcePartition partition, long now, boolean drain) {
        try {
            if (partition.recovering() == null) {
                partition.closeWhenDue(now, drain);
            } else if (partition.owned()) {
                if (!partition.closeRecovered(real.position(partition.partition()))) {
                    owner.expired(partition);
                }
            }
        } catch (IOException e) {
            owner.spoolLost(partition, e);
        }
    }

    private ConsumerRecords<?, ?> handOut(SourcePartition partition, PendingBatch pending) {
        TopicPartition at = partition.partition();
        handedOut = new HandedOut(partition, pending);
        pending.receipt().fail(null);
        Batch batch;
        try {
            batch = pending.open(runtime, at, partition.epoch(), partition.generation());
        } catch (RuntimeException e) {
            pending.receipt().fail(e);
            settle();
            return ConsumerRecords.EMPTY;
        }
        var handed = new ConsumerRecord<@Nullable Object, Object>(
                at.topic(), at.partition(), pending.range().last(), null, batch);
        return new ConsumerRecords<>(Map.of(at, List.of(handed)), Map.of());
    }
}
