package dev.caravan.batch;

/**
 * A contiguous range of one topic partition, both ends included.
 *
 * @param first offset of the first message
 * @param last offset of the last message; offsets between may be missing (compaction, transaction markers)
 */
public record OffsetRange(String topic, int partition, long first, long last) {
    public OffsetRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("not a range: " + first + ".." + last);
        }
    }

    @Override
    public String toString() {
        return topic + "-" + partition + " " + first + ".." + last;
    }
}
