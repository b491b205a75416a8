package dev.caravan.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * From an offset on a partition is processed by a version.
 *
 * @param generation of the partition, see {@link Ownership}
 * @param firstOffset all claims from here on are of this version, until the next switch
 * @param nextOffset where the next switch takes over, to whichever version; the same as {@code firstOffset} when this one
 *     has processed nothing, null while it is the one that goes on; for the last one of
 *     an earlier generation where that has ended
 */
public record VersionSwitch(
        String topic,
        int partition,
        int generation,
        int version,
        long firstOffset,
        @Nullable Long nextOffset,
        Instant at) {}
