package dev.caravan.wait;

import org.jspecify.annotations.Nullable;

/**
 * A wait that somebody outside the pipelines asks for. Payloads are JSON texts.
 *
 * @param jobRunId who waits
 * @param defaultPayload the response when nothing comes in time
 */
record Registration(
        String project,
        String key,
        String jobRunId,
        int timeoutSecs,
        @Nullable String requestPayload,
        @Nullable String defaultPayload) {}
