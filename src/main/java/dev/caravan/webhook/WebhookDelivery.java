package dev.caravan.webhook;

import java.time.Instant;
import java.util.Locale;
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

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
