package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.OffsetRange;
import dev.caravan.batch.Spool;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.TopicPartition;

/** A closed batch that is not committed yet, with its tries. It is handed out again until it is. */
final class PendingBatch {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private final Spool spool;
    private final OffsetRange range;
    private final int version;
    private final Instant batchTime;
    private final Batch.Receipt receipt = new Batch.Receipt();
    private final long readySince = System.nanoTime();
    private int failures;
    private long notBefore = System.nanoTime();

    /** @param range of the spool's messages, and of what is between them and those of the batch before */
    PendingBatch(Spool spool, OffsetRange range, int version, Instant batchTime) {
        this.spool = spool;
        this.range = range;
        this.version = version;
        this.batchTime = batchTime;
    }

    Spool spool() {
        return spool;
    }

    int version() {
        return version;
    }

    OffsetRange range() {
        return range;
    }

    /** The batch to hand out for one more attempt, its rows not read yet. */
    Batch open(SourceRuntime runtime, TopicPartition at, long epoch, int generation) {
        return new Batch(
                runtime.pipeline(),
                version,
                range,
                epoch,
                batchTime,
                runtime.control().deadAccepted(at, range.last()),
                spool,
                runtime.versions().open(version, spool, batchTime),
                receipt,
                generation,
                null);
    }

    Batch.Receipt receipt() {
        return receipt;
    }

    /** Since when it is whole, by {@link System#nanoTime}. */
    long readySince() {
        return readySince;
    }

    boolean due(long nanos) {
        return nanos - notBefore >= 0;
    }

    Duration waitFrom(long nanos) {
        return Duration.ofNanos(Math.max(0, notBefore - nanos));
    }

    /** Counts a failure and says how long to wait: doubling, with jitter, 30 s at most. */
    Duration failed() {
        long doubled = FIRST_DELAY.toMillis() << Math.min(failures++, 5);
        long millis = Math.min(doubled, LONGEST_DELAY.toMillis());
        Duration delay =
                Duration.ofMillis(millis * 3 / 4 + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
        notBefore = System.nanoTime() + delay.toNanos();
        return delay;
    }

    /** Makes it due at once: a person has resumed the pipeline. */
    void retryNow() {
        notBefore = System.nanoTime();
    }
}
