package dev.caravan.delivery;

import org.jspecify.annotations.Nullable;

/**
 * Which lines of the ledger; null means any.
 *
 * @param offset only the line whose range holds it
 * @param cursor only lines after this one
 * @param limit at most so many
 */
public record FileQuery(
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable Long offset,
        @Nullable Long cursor,
        int limit) {
    public static FileQuery newest(int limit) {
        return new FileQuery(null, null, null, null, limit);
    }
}
