package dev.caravan.kill;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The messages of the tests, each a pure function of its partition and offset, so that what must have become of it is
 * known without keeping it. Messages come in blocks of {@value #BLOCK}: one of each block is bad, 20 % are filtered by
 * the query, the others arrive. The second half of a block has no bad message, so no batch consists of bad ones only.
 */
final class Workload {
    static final int BLOCK = 100;

    static final String SCHEMA = "{seq: BIGINT, amount: INTEGER, crc: BIGINT, pad: VARCHAR}";
    static final String QUERY =
            "SELECT _partition, _offset, seq, crc FROM events WHERE amount > 20 AND length(pad) > 0";

    private static final int AMOUNTS = 100;
    private static final int FILTERED_UP_TO = 20;

    /** What must become of a message. */
    enum Kind {
        ARRIVES,
        FILTERED,
        BAD
    }

    private Workload() {}

    static Kind kind(int partition, long offset) {
        if (offset % BLOCK == badPosition(partition, offset / BLOCK)) {
            return Kind.BAD;
        }
        return amount(partition, offset) <= FILTERED_UP_TO ? Kind.FILTERED : Kind.ARRIVES;
    }

    /** The check sum that the message carries through the query into the file. */
    static long crc(int partition, long offset) {
        CRC32 crc = new CRC32();
        crc.update((partition + ":" + offset + ":" + amount(partition, offset)).getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    /** Null is a tombstone. */
    static byte[] value(int partition, long offset) {
        String good = String.format(
                Locale.ROOT,
                "{\"seq\":%d,\"partition\":%d,\"amount\":%d,\"crc\":%d,\"pad\":\"%s\"}",
                offset,
                partition,
                amount(partition, offset),
                crc(partition, offset),
                "x".repeat(1 + (int) Long.remainderUnsigned(mix(partition, ~offset), 80)));
        return kind(partition, offset) == Kind.BAD
                ? spoil(good, (int) ((offset / BLOCK + partition) % 7))
                : good.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] spoil(String good, int how) {
        String bad =
                switch (how) {
                    case 0 -> null;
                    case 1 -> good.substring(0, good.length() - 3);
                    case 2 -> good.replaceFirst("\"seq\":\\d+", "\"seq\":\"many\"");
                    case 3 -> good.replaceFirst("\"amount\":\\d+", "\"amount\":1e30");
                    case 4 -> "[" + good + "]";
                    case 5 -> good.replace(":", " ");
                    default -> good.replace("\"pad\":\"", "\"pad\":\"\u00ff");
                };
        // as Latin-1 the ÿ of the last kind is a byte that UTF-8 never has
        return bad == null ? null : bad.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int amount(int partition, long offset) {
        return 1 + (int) Long.remainderUnsigned(mix(partition, offset), AMOUNTS);
    }

    private static long badPosition(int partition, long block) {
        return Long.remainderUnsigned(mix(partition + 1_000, block), BLOCK / 2);
    }

    /** SplitMix64: neighbours have nothing in common. */
    private static long mix(int partition, long offset) {
        long z = (offset + 1) * 0x9E3779B97F4A7C15L + partition * 0xD1B54A32D192ED03L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
