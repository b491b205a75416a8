package dev.caravan.batch;

import dev.caravan.trace.TraceContext;
import java.time.Instant;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One batch: a contiguous offset range of one topic partition, one Camel exchange, one ledger row. Immutable but for the
 * receipt, which the delivery signs and the source reads.
 *
 * @param pipeline id of the pipeline
 * @param version pipeline version that processes it
 * @param epoch the ownership under which it was read; a claim with an older one is refused
 * @param batchTime what {@code now()} means in this batch, and the date patterns in object keys
 * @param deadAccepted whether a person has accepted that this range becomes dead letters, however many
 * @param spool the messages as they came
 * @param rows what the steps have made of them so far
 * @param generation of the partition: one more each time that it is read again from another offset
 * @param replay the claim that was made for these messages when they were taken from the dead letters; null for messages
 *     that were read from Kafka, whose range is claimed once it is processed
 */
public record Batch(
        String pipeline,
        int version,
        OffsetRange range,
        long epoch,
        Instant batchTime,
        boolean deadAccepted,
        Spool spool,
        Rows rows,
        Receipt receipt,
        int generation,
        @Nullable UUID replay) {

    public Batch(
            String pipeline,
            int version,
            OffsetRange range,
            long epoch,
            Instant batchTime,
            boolean deadAccepted,
            Spool spool,
            Rows rows,
            Receipt receipt) {
        this(pipeline, version, range, epoch, batchTime, deadAccepted, spool, rows, receipt, 1, null);
    }

    public Batch withRows(Rows next) {
        return new Batch(
                pipeline, version, range, epoch, batchTime, deadAccepted, spool, next, receipt, generation, replay);
    }

    public Batch withDeadAccepted(boolean accepted) {
        return new Batch(
                pipeline, version, range, epoch, batchTime, accepted, spool, rows, receipt, generation, replay);
    }

    /** Id of the Camel route with this version's steps. */
    public String route() {
        return pipeline + "-v" + version;
    }

    /** The first span of the batch's own trace: a function of the claim, so that doing it again is in the same trace. */
    public TraceContext trace() {
        String identity = "batch " + pipeline + " " + range.topic() + " " + range.partition() + " " + generation + " "
                + range.first() + " " + range.last();
        return TraceContext.of(replay == null ? identity : identity + " " + replay);
    }

    @Override
    public String toString() {
        return route() + " " + range;
    }

    /** The way back from the sink to the source: signed once when the ledger has the batch COMMITTED, never taken back. */
    public static final class Receipt {
        private final AtomicBoolean committed = new AtomicBoolean();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        private final Deque<Runnable> afterAttempt = new ConcurrentLinkedDeque<>();

        /** What has to be tidied up when the attempt is over, however it ends; run by {@link #endAttempt}. */
        public void afterAttempt(Runnable tidy) {
            afterAttempt.push(tidy);
        }

        /** Ends an attempt: what it has left behind goes, the latest first. */
        public void endAttempt() {
            for (Runnable tidy = afterAttempt.poll(); tidy != null; tidy = afterAttempt.poll()) {
                tidy.run();
            }
        }

        public void sign() {
            committed.set(true);
        }

        public boolean committed() {
            return committed.get();
        }

        /** Remembers why the last attempt did not make it; an attempt that begins clears it with {@code null}. */
        public void fail(@Nullable Throwable cause) {
            failure.set(cause);
        }

        public @Nullable Throwable failure() {
            return failure.get();
        }
    }
}
