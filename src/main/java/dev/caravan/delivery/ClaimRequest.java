package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;

/**
 * A range that its owner is about to write.
 *
 * @param target where the objects go, such as {@code s3://lake} or {@code kafka:orders-paid}
 */
public record ClaimRequest(
        String pipeline,
        OffsetRange range,
        long epoch,
        int version,
        Instant batchTime,
        String target,
        List<String> objectKeys) {
    public ClaimRequest {
        objectKeys = List.copyOf(objectKeys);
    }

    public static ClaimRequest of(Batch batch, String target, List<String> objectKeys) {
        return new ClaimRequest(
                batch.pipeline(), batch.range(), batch.epoch(), batch.version(), batch.batchTime(), target, objectKeys);
    }
}
