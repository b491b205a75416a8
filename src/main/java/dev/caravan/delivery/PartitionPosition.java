package dev.caravan.delivery;

import java.util.OptionalLong;

/**
 * Where a partition stands.
 *
 * @param nextOffset first offset that no claim has; empty before the first position is recorded
 * @param unfinished claims that are not COMMITTED yet
 */
public record PartitionPosition(PartitionKey key, long epoch, String owner, OptionalLong nextOffset, int unfinished) {}
