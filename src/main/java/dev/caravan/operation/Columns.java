package dev.caravan.operation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The declared columns, found by a name's bytes as they stand in an event. */
final class Columns {
    private final byte[][] names;
    private final ColumnType[] types;
    private final int[] next;

    /** The first column of each bucket; -1 for none. */
    private final int[] first;

    Columns(Map<String, ColumnType> declared) {
        names = new byte[declared.size()][];
        types = new ColumnType[declared.size()];
        next = new int[declared.size()];
        first = new int[2 * Integer.highestOneBit(declared.size() + 1)];
        Arrays.fill(first, -1);
        int column = 0;
        for (Map.Entry<String, ColumnType> one : declared.entrySet()) {
            names[column] = one.getKey().getBytes(StandardCharsets.UTF_8);
            types[column] = one.getValue();
            int bucket = Arrays.hashCode(names[column]) & (first.length - 1);
            next[column] = first[bucket];
            first[bucket] = column++;
        }
    }

    /** @param hash of the name's bytes as {@link Arrays#hashCode(byte[])} makes it */
    @Nullable ColumnType type(int hash, byte[] json, int from, int to) {
        for (int column = first[hash & (first.length - 1)]; column >= 0; column = next[column]) {
            byte[] name = names[column];
            if (Arrays.equals(name, 0, name.length, json, from, to)) {
                return types[column];
            }
        }
        return null;
    }
}
