package dev.caravan.bench.wait;

import java.util.concurrent.atomic.AtomicLong;

/** Keys that rows wait for, in an order that is not that of their parking. */
final class Keys {
    /** A prime, so that steps of it meet each number of a range that is no multiple of it once. */
    private static final long STEP = 618_033_989;

    private final String prefix;
    private final long first;
    private final long count;
    private final AtomicLong taken = new AtomicLong();

    Keys(String prefix, long first, long count) {
        this.prefix = prefix;
        this.first = first;
        this.count = count;
    }

    String next() {
        long number = taken.getAndIncrement();
        if (number >= count) {
            throw new IllegalStateException("no more keys than " + count);
        }
        return key(prefix, first + number * STEP % count);
    }

    static String key(String prefix, long number) {
        return "%s%08d".formatted(prefix, number);
    }
}
