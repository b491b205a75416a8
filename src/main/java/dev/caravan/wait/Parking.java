package dev.caravan.wait;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of a pipeline that is to wait.
 *
 * @param key of the event it waits for
 * @param run the run it belongs to
 * @param row the row as JSON, as it goes on later
 * @param topic where its message came from, like {@code partition} and {@code offset}
 * @param message the message's bytes when they are not {@code row}; null otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came, never compared
public record Parking(
        String key,
        UUID run,
        String row,
        String topic,
        int partition,
        long offset,
        byte @Nullable [] messageKey,
        @Nullable String messageHeaders,
        Instant messageTime,
        byte @Nullable [] message) {}
