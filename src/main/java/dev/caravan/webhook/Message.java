package dev.caravan.webhook;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * A delivery that an attempt has begun for.
 *
 * @param attempt its number, which ends the delivery if no later attempt has begun
 * @param attemptsBefore how many of them were in earlier rounds
 * @param data JSON
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
        int attemptsBefore) {
    /** The same bytes at each attempt. */
    byte[] body() {
        String time = DateTimeFormatter.ISO_INSTANT.format(occurredAt.truncatedTo(ChronoUnit.MILLIS));
        return ("{\"type\":\"" + event + "\",\"timestamp\":\"" + time + "\",\"data\":" + data + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** In this round, from 1. */
    int attemptInRound() {
        return attempt - attemptsBefore;
    }
}
