package dev.caravan.delivery;

import org.jspecify.annotations.Nullable;

/** Which dead letters are sent through again; null means any. Offsets include both ends. */
public record ReplayQuery(
        @Nullable String reason,
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable Long firstOffset,
        @Nullable Long lastOffset) {}
