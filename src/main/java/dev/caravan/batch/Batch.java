package dev.caravan.batch;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

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
        Receipt receipt) {

    public Batch withRows(Rows next) {
        return new Batch(pipeline, version, range, epoch, batchTime, deadAccepted, spool, next, receipt);
    }

    /** Id of the Camel route with this version's steps. */
    public String route() {
        return pipeline + "-v" + version;
    }

    @Override
    public String toString() {
        return route() + " " + range;
    }

    /** Says whether the ledger has the batch COMMITTED. Signed once, never taken back. */
    public static final class Receipt {
        private final AtomicBoolean committed = new AtomicBoolean();

        public void sign() {
            committed.set(true);
        }

        public boolean committed() {
            return committed.get();
        }
    }
}
