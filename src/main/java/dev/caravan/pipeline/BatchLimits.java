package dev.caravan.pipeline;

import java.time.Duration;

/**
 * When a batch closes: whichever limit is met first.
 *
 * @param maxEvents messages, 1..1,000,000
 * @param maxBytes bytes of messages, 1 MiB..512 MiB
 * @param maxInterval age of its first message, 100 ms..1 h
 */
public record BatchLimits(int maxEvents, long maxBytes, Duration maxInterval) {
    public static final BatchLimits DEFAULTS = new BatchLimits(100_000, 64L << 20, Duration.ofSeconds(30));

    static final long MIN_BYTES = 1L << 20;
    static final long MAX_BYTES = 512L << 20;
    static final Duration MIN_INTERVAL = Duration.ofMillis(100);
    static final Duration MAX_INTERVAL = Duration.ofHours(1);
}
