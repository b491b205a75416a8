package dev.caravan.webhook;

import dev.caravan.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that an attempt has begun for.
 *
 * @param attempt its number, which ends the delivery if no later attempt has begun
 * @param attemptsBefore how many of them were in earlier rounds
 * @param data JSON
 * @param cause the request or the batch that it tells of; null when there was none
 */
record Message(
        String id,
        String webhook,
        String url,
        Secret secret,
        String event,
        Instant occurredAt,
        String data,
        int attempt,
        int attemptsBefore,
        @Nullable TraceContext cause) {
    /** The same bytes at each attempt. */
    byte[] body() {
        String time = DateTimeFormatter.ISO_INSTANT.format(occurredAt.truncatedTo(ChronoUnit.MILLIS));
        return ("{\"type\":\"" + event + "\",\"timestamp\":\"" + time + "\",\"data\":" + data + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The attempt in the trace of its cause, or in one that all attempts share. */
    TraceContext trace() {
        return (cause == null ? TraceContext.of("webhook " + id) : cause).child("attempt " + id + " " + attempt);
    }

    /** In this round, from 1. */
    int attemptInRound() {
        return attempt - attemptsBefore;
    }
}
