package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The wish for a pipeline as stored.
 *
 * @param reason why it is paused when nobody asked for it; null otherwise
 * @param acceptedDead offsets up to which a person accepts dead letters however many they are
 */
record Desired(
        String pipeline,
        DesiredStatus status,
        @Nullable String reason,
        @Nullable String message,
        Instant since,
        Map<TopicPartition, Long> acceptedDead) {}
