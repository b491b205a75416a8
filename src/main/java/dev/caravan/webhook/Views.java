package dev.caravan.webhook;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code /webhooks} answers; field names become snake_case on the wire. */
final class Views {
    private Views() {}

    /** @param nextCursor where the list goes on; null at its end */
    record Page<T>(List<T> items, @Nullable String nextCursor) {}

    record WebhookView(
            String id,
            String url,
            List<String> events,
            @Nullable String description,
            String status,
            Instant createdAt,
            @Nullable Instant disabledAt,
            @Nullable String disabledReason) {
        static WebhookView of(Webhook webhook) {
            Webhook.Disabled disabled = webhook.disabled();
            return new WebhookView(
                    webhook.id(),
                    webhook.url(),
                    names(webhook),
                    webhook.description(),
                    disabled == null ? "active" : "disabled",
                    webhook.createdAt(),
                    disabled == null ? null : disabled.since(),
                    disabled == null ? null : disabled.reason());
        }
    }

    /** The only answer with the secret. */
    record CreatedView(
            String id,
            String url,
            List<String> events,
            @Nullable String description,
            String status,
            Instant createdAt,
            String secret) {
        static CreatedView of(Webhooks.Created created) {
            Webhook webhook = created.webhook();
            return new CreatedView(
                    webhook.id(),
                    webhook.url(),
                    names(webhook),
                    webhook.description(),
                    "active",
                    webhook.createdAt(),
                    created.secret().text());
        }
    }

    record DeliveryView(
            String id,
            String event,
            String status,
            int attempts,
            Instant occurredAt,
            @Nullable Instant lastAttemptAt,
            @Nullable Integer lastResponseCode,
            @Nullable String lastError,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant finishedAt) {
        static DeliveryView of(WebhookDelivery delivery) {
            return new DeliveryView(
                    delivery.id(),
                    delivery.event(),
                    delivery.status().wireName(),
                    delivery.attempts(),
                    delivery.occurredAt(),
                    delivery.lastAttemptAt(),
                    delivery.lastCode(),
                    delivery.lastError(),
                    delivery.nextAttemptAt(),
                    delivery.finishedAt());
        }
    }

    private static List<String> names(Webhook webhook) {
        return webhook.events().stream().sorted().map(WebhookEvent::wireName).toList();
    }
}
