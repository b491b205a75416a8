package dev.caravan.trace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a trace, as W3C Trace Context (level 2) has it.
 *
 * @param traceId 32 lower-case hex digits, not all 0
 * @param spanId 16 lower-case hex digits, not all 0
 * @param flags of one byte, and our own above it; those that are not known here are 0
 * @param state the {@code tracestate} that came with it; null when there was none
 */
public record TraceContext(
        String traceId, String spanId, int flags, @Nullable String state) {
    public static final String HEADER = "traceparent";
    public static final String STATE_HEADER = "tracestate";

    private static final int SAMPLED = 1;
    private static final int RANDOM_TRACE_ID = 2;
    /** Beyond the byte that is told to others. */
    private static final int UNSEEN = 0x100;

    private static final int LENGTH = 55;
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;
    /** Of a version that is not known yet, which may have more parts. */
    private static final int LONGEST = 256;

    private static final int LONGEST_STATE = 512;
    private static final HexFormat HEX = HexFormat.of();

    /** @return null when it is malformed, which is as if there were none */
    public static @Nullable TraceContext parse(@Nullable String traceparent) {
        if (traceparent == null || !isWellFormed(traceparent)) {
            return null;
        }
        String traceId = traceparent.substring(TRACE_ID, SPAN_ID - 1);
        String spanId = traceparent.substring(SPAN_ID, FLAGS - 1);
        if (isZero(traceId) || isZero(spanId)) {
            return null;
        }
        int flags = HexFormat.fromHexDigits(traceparent, FLAGS, LENGTH) & (SAMPLED | RANDOM_TRACE_ID);
        return new TraceContext(traceId, spanId, flags, null);
    }

    /** Of a Kafka record's header. */
    static @Nullable TraceContext parse(byte @Nullable [] traceparent) {
        return traceparent == null || traceparent.length < LENGTH || traceparent.length > LONGEST
                ? null
                : parse(new String(traceparent, StandardCharsets.ISO_8859_1));
    }

    private static boolean isWellFormed(String text) {
        int length = text.length();
        if (length < LENGTH || length > LONGEST || text.startsWith("ff")) {
            return false;
        }
        if (length > LENGTH && (text.startsWith("00") || text.charAt(LENGTH) != '-')) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            boolean dash = i == TRACE_ID - 1 || i == SPAN_ID - 1 || i == FLAGS - 1;
            if (dash ? text.charAt(i) != '-' : !isHex(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private static boolean isZero(String digits) {
        return digits.chars().allMatch(c -> c == '0');
    }

    /** A trace that begins here; it is sampled, so that whoever hears of it may record its part. */
    public static TraceContext begin() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new TraceContext(
                HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong() | 1),
                freshSpanId(),
                SAMPLED | RANDOM_TRACE_ID,
                null);
    }

    /** A trace that begins with what has this identity: the same one whoever asks, and however often. */
    public static TraceContext of(String identity) {
        byte[] digest = digest(identity);
        return new TraceContext(HEX.formatHex(digest, 0, 16), HEX.formatHex(digest, 16, 24), SAMPLED, null);
    }

    /** Something new below this. */
    public TraceContext child() {
        return new TraceContext(traceId, freshSpanId(), flags, state);
    }

    /** A trace that begins here while nobody wants to see spans: it names what belongs together in the log, no more. */
    public static TraceContext beginUnseen() {
        TraceContext begun = begin();
        return new TraceContext(begun.traceId, begun.spanId, begun.flags | UNSEEN, null);
    }

    /** Whether somebody may look for more of the trace, so that each message is worth the bytes that name it. */
    public boolean worthCarrying() {
        return (flags & UNSEEN) == 0;
    }

    /** What has this identity below this: the same one however often it is asked for. */
    public TraceContext child(String identity) {
        return new TraceContext(traceId, HEX.formatHex(digest(identity), 0, 8), flags, state);
    }

    /** @param tracestate of the same sender; one that is too long or not of printable characters is left out */
    public TraceContext withState(@Nullable String tracestate) {
        boolean fine = tracestate != null
                && !tracestate.isBlank()
                && tracestate.length() <= LONGEST_STATE
                && tracestate.chars().allMatch(c -> c >= ' ' && c <= '~');
        return fine ? new TraceContext(traceId, spanId, flags, tracestate) : this;
    }

    /** Whether spans of the trace are wanted. */
    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /** The header's value. */
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + "-" + HEX.toHexDigits((byte) flags);
    }

    private static String freshSpanId() {
        return HEX.toHexDigits(ThreadLocalRandom.current().nextLong() | 1); // never 0
    }

    private static byte[] digest(String identity) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
