package dev.caravan.route;

import dev.caravan.batch.Batch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Names the runs of messages: always the same for a message, and in the order of the offsets, so that an index over many of
 * them grows at its end. UUIDs of version 8 (RFC 9562): 48 bits of a hash of pipeline,
 * generation and topic, then partition and offset.
 */
final class RunIds {
    private static final int HASH_BITS = 48;
    private static final int OFFSET_BITS = 52;
    private static final long VERSION_8 = 0x8000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final long high;
    private final long low;

    RunIds(Batch batch) {
        // another one when the message is read again
        long hash = hash(batch.pipeline() + "/" + batch.generation() + "/"
                + batch.range().topic());
        int partition = batch.range().partition();
        high = (hash << (Long.SIZE - HASH_BITS)) | VERSION_8 | ((partition >>> 10) & 0xfff);
        low = VARIANT | ((partition & 0x3ffL) << OFFSET_BITS);
    }

    UUID of(long offset) {
        return new UUID(high, low | (offset & ((1L << OFFSET_BITS) - 1)));
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() >>> (Long.SIZE - HASH_BITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
