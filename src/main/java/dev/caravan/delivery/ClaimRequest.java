package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A range that its owner is about to write.
 *
 * @param target where the objects go, such as {@code s3://lake} or {@code kafka:orders-paid}
 * @param replay the claim that is there already, when these are dead letters that are sent through again; null otherwise
 */
public record ClaimRequest(
        String pipeline,
        OffsetRange range,
        long epoch,
        int version,
        Instant batchTime,
        String target,
        List<String> objectKeys,
        @Nullable UUID replay) {
    public ClaimRequest {
        objectKeys = List.copyOf(objectKeys);
    }

    public ClaimRequest(
            String pipeline,
            OffsetRange range,
            long epoch,
            int version,
            Instant batchTime,
            String target,
            List<String> objectKeys) {
        this(pipeline, range, epoch, version, batchTime, target, objectKeys, null);
    }

    public static ClaimRequest of(Batch batch, String target, List<String> objectKeys) {
        return new ClaimRequest(
                batch.pipeline(),
                batch.range(),
                batch.epoch(),
                batch.version(),
                batch.batchTime(),
                target,
                objectKeys,
                batch.replay());
    }
}
