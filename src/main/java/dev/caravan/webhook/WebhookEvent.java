package dev.caravan.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a subscriber can be told of. */
enum WebhookEvent {
    CREATED,
    DELETED,
    STARTED,
    PAUSED,
    RESUMED,
    STOPPED,
    INGESTED,
    TRANSFORMED,
    WRITTEN,
    FAILED;

    private static final String PREFIX = "pipeline.";

    /** Such as {@code pipeline.created}. */
    String wireName() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    static Optional<WebhookEvent> find(String wireName) {
        return Arrays.stream(values())
                .filter(event -> event.wireName().equals(wireName))
                .findAny();
    }

    static List<String> wireNames() {
        return Arrays.stream(values()).map(WebhookEvent::wireName).toList();
    }
}
