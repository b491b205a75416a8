package dev.caravan.delivery;

/** One topic partition as one pipeline reads it. */
public record PartitionKey(String pipeline, String topic, int partition) {
    @Override
    public String toString() {
        return pipeline + " " + topic + "-" + partition;
    }
}
