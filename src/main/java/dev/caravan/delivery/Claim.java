package dev.caravan.delivery;

import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The decision that one range goes into certain objects: taken before the first byte is written, repeatable after any
 * failure.
 *
 * @param epoch the ownership under which it may be finished
 * @param version pipeline version that processes the range, also when it is done again
 * @param objectKeys in the order of the files; empty when the target has no objects or no row was left
 * @param generation of the partition, see {@link Ownership}
 */
public record Claim(
        UUID id,
        String pipeline,
        OffsetRange range,
        long epoch,
        int version,
        Instant batchTime,
        ClaimStatus status,
        List<String> objectKeys,
        int generation) {
    public Claim {
        objectKeys = List.copyOf(objectKeys);
    }

    public PartitionKey partition() {
        return new PartitionKey(pipeline, range.topic(), range.partition());
    }

    @Override
    public String toString() {
        return pipeline + " " + range + " (" + status + ", claim " + id + ")";
    }
}
