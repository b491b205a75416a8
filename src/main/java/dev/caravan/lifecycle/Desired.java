package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The wish for a pipeline as stored.
 *
 * @param run what is to run while it is running or paused
 * @param reason why it is paused when nobody asked for it; null otherwise
 * @param acceptedDead offsets up to which a person accepts dead letters however many they are
 * @param inUse whether it was started since it was created or cleared
 * @param force whether it stops without committing what is open
 */
record Desired(
        String pipeline,
        DesiredStatus status,
        Run run,
        @Nullable String reason,
        @Nullable String message,
        Instant since,
        Map<TopicPartition, Long> acceptedDead,
        boolean inUse,
        boolean force) {

    /**
     * What a replica runs of a pipeline.
     *
     * @param pinned whether that version was asked for; otherwise it is the pipeline's current one
     * @param subscription number of the start; another one means to subscribe anew, under the same group
     */
    record Run(int version, boolean pinned, long subscription) {
        static final Run NONE = new Run(0, false, 0);
    }
}
