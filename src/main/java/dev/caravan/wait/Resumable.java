package dev.caravan.wait;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of a pipeline whose wait has ended.
 *
 * @param outcome its payload is the signal when the status is RECEIVED
 * @param row the row as it was parked
 * @param message the original bytes of its message; null when they are the row
 * @param trace the {@code traceparent} of who ended the wait, as far as it is known
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came, never compared
public record Resumable(
        Wait outcome,
        String row,
        long offset,
        byte @Nullable [] messageKey,
        @Nullable String messageHeaders,
        Instant messageTime,
        byte @Nullable [] message,
        @Nullable String trace) {}
