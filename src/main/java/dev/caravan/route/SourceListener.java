package dev.caravan.route;

import dev.caravan.batch.OffsetRange;
import java.time.Duration;

/** Hears how a pipeline's source fares. Called on consumer threads: implementations return quickly and do not throw. */
public interface SourceListener {
    /** Partitions this process reads now. */
    void assigned(String pipeline, int partitions);

    /** A range is COMMITTED. */
    void committed(String pipeline, OffsetRange range);

    /** Something is in the way; the source tries again by itself. */
    void delayed(String pipeline, String reason, String message, Duration nextTry);

    /** A person has to decide; the source has stopped reading. */
    void halted(String pipeline, String reason, String message);

    /**
     * A person would have to decide, but the source is asked to stop: what was open of the partition is dropped. It is not
     * committed, so it is read again after the next start.
     */
    void dropped(String pipeline, String reason, String message);

    /** Messages of the topic of signals that no wait can have; the source has gone past them. */
    void signalsRefused(String pipeline, String message);

    /** Another process took a partition while this one still worked on it; what it did is dropped. */
    void fenced(String pipeline, String message);
}
