package dev.caravan.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sums over COMMITTED ranges.
 *
 * @param files objects written
 * @param bytes of those objects
 * @param bytesIn of the messages, as Kafka gave them
 * @param lastCommit null when there was none
 */
public record Totals(
        long files,
        Counts counts,
        long bytes,
        long bytesIn,
        @Nullable Instant lastCommit) {}
