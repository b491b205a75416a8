package dev.caravan.delivery;

import java.time.Instant;

/**
 * From an offset on a partition is processed by a version.
 *
 * @param firstOffset all claims from here on are of this version or a later one, all claims before of earlier ones; when
 *     the next version starts at the same offset, this one has processed nothing
 */
public record VersionSwitch(String topic, int partition, int version, long firstOffset, Instant at) {}
