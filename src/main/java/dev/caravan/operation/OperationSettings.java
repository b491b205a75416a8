package dev.caravan.operation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the operations.
 *
 * @param topicPartitions partitions of a topic that is made for a pipeline without {@code options.event}
 */
@ConfigurationProperties("caravan.operation")
record OperationSettings(@DefaultValue("4") int topicPartitions) {
    OperationSettings {
        if (topicPartitions < 1) {
            throw new IllegalArgumentException("caravan.operation.topic-partitions has to be at least 1");
        }
    }
}
