package dev.caravan.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the webhooks.
 *
 * @param allowPrivate whether http and private addresses are allowed; default: only where all servers are embedded
 * @param retention how long finished deliveries are kept, and how long one that is never finished is tried
 * @param maxPerProject webhooks that a project may have
 */
@ConfigurationProperties("caravan.webhook")
record WebhookSettings(
        @Nullable Boolean allowPrivate,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("100") int maxPerProject) {
    WebhookSettings {
        if (retention.compareTo(Duration.ofDays(1)) < 0) {
            throw new IllegalArgumentException(
                    "caravan.webhook.retention must be at least 1d: the last attempt comes after 18 hours");
        }
    }
}
