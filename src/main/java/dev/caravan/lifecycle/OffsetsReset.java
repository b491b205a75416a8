package dev.caravan.lifecycle;

import java.util.List;

/**
 * Somebody has a stopped pipeline read on from other offsets. Published in the transaction of the change.
 *
 * @param pipeline its id
 * @param to what was asked for: {@code earliest}, {@code latest}, a time or {@code numbers}
 * @param actor id of the key
 */
public record OffsetsReset(String pipeline, String topic, String to, String actor, List<Moved> partitions) {
    public OffsetsReset {
        partitions = List.copyOf(partitions);
    }

    /**
     * A partition that was reset.
     *
     * @param generation that begins
     * @param position where it begins
     */
    public record Moved(int partition, int generation, long position) {}
}
