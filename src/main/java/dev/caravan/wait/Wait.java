package dev.caravan.wait;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody waits for a signal under a key; once it has ended, how it did. Payloads are JSON texts.
 *
 * @param seq the row's number: it orders waits that came at the same time
 * @param key unique among the live waits of a project
 * @param jobRunId who waits, when that is not a pipeline
 * @param runId the run of a message that waits in a pipeline; its step run is the wait itself
 * @param endedAt when the status became terminal; null while waiting
 * @param rejected canceled by a sender with bad news
 * @param sentBy id of the key that sent the signal
 */
public record Wait(
        long seq,
        UUID id,
        String key,
        String project,
        WaitStatus status,
        @Nullable String jobRunId,
        @Nullable UUID runId,
        @Nullable String requestPayload,
        @Nullable String responsePayload,
        int timeoutSecs,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable Instant receivedAt,
        @Nullable Instant endedAt,
        @Nullable String error,
        boolean rejected,
        @Nullable String sentBy) {}
