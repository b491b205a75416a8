package dev.caravan.webhook;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a project: what it is told of, and where.
 *
 * @param position in the order of creation
 * @param disabled since when nothing is sent any more; null while it is in force
 */
record Webhook(
        String id,
        long position,
        String project,
        String url,
        Set<WebhookEvent> events,
        @Nullable String description,
        Instant createdAt,
        @Nullable Disabled disabled) {
    Webhook {
        events = Set.copyOf(events);
    }

    record Disabled(Instant since, String reason) {}
}
