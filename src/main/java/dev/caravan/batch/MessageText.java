package dev.caravan.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has to be known of a message's bytes before they may stand on one line of a spool. */
final class MessageText {
    /** Deeper JSON is refused: readers of nested values recurse. */
    static final int MAX_DEPTH = 500;

    private static final Set<String> LITERALS = Set.of("true", "false", "null");
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long NEWLINES = '\n' * LOW_BITS;

    private MessageText() {}

    /** Index of the first line feed at or after {@code from}, or -1. Reads eight bytes at a time. */
    static int indexOfNewline(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long difference = (long) LONGS.get(bytes, i) ^ NEWLINES;
            long hit = (difference - LOW_BITS) & ~difference & HIGH_BITS;
            if (hit != 0) {
                return i + (Long.numberOfTrailingZeros(hit) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    static boolean isBlank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isSpace(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    /** Why these bytes cannot be an object, from the first of them that is no space; null when they can. */
    static @Nullable String objectRefusal(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && isSpace(bytes[i])) {
            i++;
        }
        if (i == to || bytes[i] == '{') {
            return null;
        }
        if ("[\"-0123456789".indexOf(bytes[i]) >= 0) {
            return "not_an_object";
        }
        String text = new String(bytes, i, Math.min(to - i, 16), StandardCharsets.ISO_8859_1).strip();
        return LITERALS.contains(text) ? "not_an_object" : "malformed_json";
    }

    /** Why these bytes cannot be one line of JSON, or null when nothing speaks against it. Costs a pass over the bytes. */
    static @Nullable String refusal(byte[] bytes, int from, int to) {
        int depth = 0;
        boolean inString = false;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (inString) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    inString = false;
                } else if (b == '\n') {
                    return "malformed_json";
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                if (++depth > MAX_DEPTH) {
                    return "nested_too_deep";
                }
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        return null;
    }
}
