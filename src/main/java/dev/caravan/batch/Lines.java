package dev.caravan.batch;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each line of a spool ends, and what Kafka said of its message; 32 bytes a line. Kept in small arrays: large ones
 * would be copied when they grow, and are costly for the garbage collector.
 */
final class Lines {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int FIELDS = 4;
    private static final int OFFSET = 0;
    private static final int TIMESTAMP = 1;
    private static final int END = 2;
    private static final int SIDE = 3;

    private final List<long[]> chunks = new ArrayList<>();
    private long[] last = new long[0];
    private int size;

    void add(long offset, long timestamp, long end, long side) {
        int at = (size & CHUNK_MASK) * FIELDS;
        if (at == 0) {
            last = new long[FIELDS << CHUNK_BITS];
            chunks.add(last);
        }
        last[at + OFFSET] = offset;
        last[at + TIMESTAMP] = timestamp;
        last[at + END] = end;
        last[at + SIDE] = side;
        size++;
    }

    int size() {
        return size;
    }

    long offset(int line) {
        return field(line, OFFSET);
    }

    long timestamp(int line) {
        return field(line, TIMESTAMP);
    }

    long start(int line) {
        return line == 0 ? 0 : end(line - 1);
    }

    /** Position after the line feed. */
    long end(int line) {
        return field(line, END);
    }

    /** Position in the side file, or -1. */
    long side(int line) {
        return field(line, SIDE);
    }

    private long field(int line, int field) {
        return chunks.get(java.util.Objects.checkIndex(line, size) >> CHUNK_BITS)[(line & CHUNK_MASK) * FIELDS + field];
    }
}
