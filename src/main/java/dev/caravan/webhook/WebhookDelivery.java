package dev.caravan.webhook;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One message to one webhook, and what became of it.
 *
 * @param id the header {@code webhook-id}, the same at each attempt
 * @param position in the order in which messages came up
 * @param lastError why the last attempt failed; null when it did not
 * @param nextAttemptAt null when there will be none
 */
record WebhookDelivery(
        String id,
        long position,
        String event,
        Status status,
        int attempts,
        Instant occurredAt,
        @Nullable Instant lastAttemptAt,
        @Nullable Integer lastCode,
        @Nullable String lastError,
        @Nullable Instant nextAttemptAt,
        @Nullable Instant finishedAt) {
    /**
     * <pre>
     *   PENDING ──► DELIVERED
     *      │  ▲         │ redeliver
     *      ▼  └─────────┤
     *   FAILED ─────────┘
     * </pre>
     */
    enum Status {
        /** An attempt is due, or under way. */
        PENDING,
        /** The endpoint answered 2xx. */
        DELIVERED,
        /** No attempt is left, or the webhook is disabled. */
        FAILED;

        static final String KNOWN =
                Arrays.stream(values()).map(Status::wireName).collect(Collectors.joining(", ", "one of ", ""));

        /** @throws IllegalArgumentException when there is none of that name */
        static Status of(String wireName) {
            return Arrays.stream(values())
                    .filter(status -> status.wireName().equals(wireName))
                    .findFirst()
                    .orElseThrow(IllegalArgumentException::new);
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
