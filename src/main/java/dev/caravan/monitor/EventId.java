package dev.caravan.monitor;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Ids of version 7 (RFC 9562, 5.7): milliseconds first, then microseconds (6.2, method 3), so that they sort by time. */
final class EventId {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MICROS_OF_A_MILLI = 1_000;
    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private EventId() {}

    /** @param at of whole microseconds; two ids of the same one are in no order */
    static UUID at(Instant at) {
        long micros = at.getNano() / 1_000 % MICROS_OF_A_MILLI;
        long high = at.toEpochMilli() << 16 | VERSION_7 | micros;
        return new UUID(high, VARIANT | RANDOM.nextLong() >>> 2);
    }
}
