package dev.caravan.delivery;

import org.jspecify.annotations.Nullable;

/**
 * Which dead letters; null means any.
 *
 * @param cursor only letters after this one
 * @param limit at most so many
 */
public record DeadLetterQuery(
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable String reason,
        @Nullable Long cursor,
        int limit) {
    public static DeadLetterQuery newest(int limit) {
        return new DeadLetterQuery(null, null, null, null, limit);
    }
}
