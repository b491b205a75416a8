package dev.caravan.delivery;

import org.jspecify.annotations.Nullable;

/**
 * Which dead letters; null means any.
 *
 * @param cursor only letters after this one
 * @param limit at most so many
 * @param replayed those that a replay has delivered, instead of those that are dead
 */
public record DeadLetterQuery(
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable String reason,
        @Nullable Long cursor,
        int limit,
        boolean replayed) {
    public DeadLetterQuery(
            @Nullable String topic,
            @Nullable Integer partition,
            @Nullable String reason,
            @Nullable Long cursor,
            int limit) {
        this(topic, partition, reason, cursor, limit, false);
    }

    public static DeadLetterQuery newest(int limit) {
        return new DeadLetterQuery(null, null, null, null, limit);
    }
}
