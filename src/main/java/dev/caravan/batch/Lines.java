package dev.caravan.batch;

import java.util.Arrays;

/** Where each line of a spool ends, and what Kafka said of its message; 32 bytes a line. */
final class Lines {
    private long[] offsets = new long[256];
    private long[] timestamps = new long[256];
    private long[] ends = new long[256];
    private long[] sides = new long[256];
    private int size;

    void add(long offset, long timestamp, long end, long side) {
        if (size == offsets.length) {
            int capacity = size * 2;
            offsets = Arrays.copyOf(offsets, capacity);
            timestamps = Arrays.copyOf(timestamps, capacity);
            ends = Arrays.copyOf(ends, capacity);
            sides = Arrays.copyOf(sides, capacity);
        }
        offsets[size] = offset;
        timestamps[size] = timestamp;
        ends[size] = end;
        sides[size] = side;
        size++;
    }

    int size() {
        return size;
    }

    long offset(int line) {
        return offsets[line];
    }

    long timestamp(int line) {
        return timestamps[line];
    }

    long start(int line) {
        return line == 0 ? 0 : ends[line - 1];
    }

    /** Position after the line feed. */
    long end(int line) {
        return ends[line];
    }

    /** Position in the side file, or -1. */
    long side(int line) {
        return sides[line];
    }
}
