package dev.caravan.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A topic whose messages are the events that waits of the project wait for.
 *
 * @param topic of Kafka, there already
 * @param key template of the event's key, such as {@code payment:{order_id}}
 * @param payload one field in braces, such as {@code {receipt}}; null for the whole message
 * @param buffer how long an event is kept, from the message's time on, when nobody waits for it yet, 1 s..7 d
 */
public record Signals(String topic, String key, @Nullable String payload, Duration buffer) {
    static final Duration DEFAULT_BUFFER = Duration.ofDays(1);
    static final Duration MIN_BUFFER = Duration.ofSeconds(1);
    static final Duration MAX_BUFFER = Duration.ofDays(7);
}
