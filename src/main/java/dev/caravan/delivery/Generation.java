package dev.caravan.delivery;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The current generation of a partition.
 *
 * @param number from 1 on
 * @param position the next offset to claim; empty when nothing was read yet
 * @param counts what its messages have come to
 * @param unfinished claims that are not COMMITTED yet, replays left out
 * @param reset how it began; null for the first one
 */
public record Generation(
        int partition,
        int number,
        OptionalLong position,
        Counts counts,
        int unfinished,
        @Nullable Reset reset) {}
