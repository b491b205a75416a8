package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Header;
import dev.caravan.batch.Spool;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that could not be processed, as it came.
 *
 * @param value the original bytes; null for a tombstone
 * @param timestamp Kafka's timestamp of the message
 * @param reason stable snake_case code, such as {@code malformed_json}
 * @param detail a sentence for a person
 * @param step name of the step that refused it; null when it was not readable at all
 * @param version pipeline version that tried
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came, never compared
public record DeadLetter(
        long offset,
        byte @Nullable [] value,
        byte @Nullable [] key,
        List<Header> headers,
        Instant timestamp,
        String reason,
        String detail,
        @Nullable String step,
        int version) {

    /** Reads the message back from the batch's spool. */
    static DeadLetter of(Batch batch, DeadMessage dead) {
        Spool spool = batch.spool();
        int line = dead.line();
        return new DeadLetter(
                spool.offset(line),
                spool.original(line),
                spool.key(line),
                spool.headers(line),
                Instant.ofEpochMilli(spool.timestamp(line)),
                dead.reason(),
                dead.detail(),
                dead.step(),
                batch.version());
    }
}
