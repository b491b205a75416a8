package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Spool;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where rows come from: a spool of messages, or one of rows that a step has made of them.
 *
 * @param origins for each line of the spool the line of the batch's own spool that it was made of, -1 when there is no
 *     such one; null when this is the batch's own spool
 * @param before messages that were found dead before these rows were made
 */
@SuppressWarnings("ArrayRecordComponent")
record Source(Spool spool, int @Nullable [] origins, List<DeadMessage> before, Instant batchTime) {
    int origin(int line) {
        return origins == null ? line : origins[line];
    }

    /** The dead message that a bad line stands for. */
    DeadMessage dead(int line, String reason, String detail, @Nullable String step) {
        int origin = origin(line);
        if (origin < 0) {
            throw BatchException.pause(
                    reason, "a row that was made of several messages cannot be processed: " + detail);
        }
        return new DeadMessage(origin, reason, detail, step);
    }
}
