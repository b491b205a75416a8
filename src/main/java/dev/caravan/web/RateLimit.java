package dev.caravan.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/**
 * So many requests in 60 seconds for each of those who send them, on this replica.
 *
 * @param <K> what they are told apart by
 */
final class RateLimit<K> {
    static final Duration WINDOW = Duration.ofSeconds(60);

    /** As many are remembered; of more, those who have not come for longest start afresh. */
    static final int REMEMBERED = 20_000;

    private final int limit;
    private final TimeMeter time;
    private final Cache<K, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterAccess(WINDOW.multipliedBy(2))
            .build();

    /**
     * @param limit 0 for any number
     * @param time never goes back, unlike the time of day
     */
    RateLimit(int limit, TimeMeter time) {
        this.limit = limit;
        this.time = time;
    }

    /**
     * What is left.
     *
     * @param granted whether the request may go on
     * @param untilReset until all of the limit is there again
     * @param untilNext until one more request is granted; zero when there is one
     */
    record Left(boolean granted, int limit, long remaining, Duration untilReset, Duration untilNext) {
        /** Whole seconds, for {@code Retry-After}. */
        String retryAfter() {
            return String.valueOf(Math.max(1, untilNext.plusMillis(999).toSeconds()));
        }
    }

    boolean isOff() {
        return limit == 0;
    }

    /** Takes one request. */
    Left take(K sender) {
        ConsumptionProbe probe = bucket(sender).tryConsumeAndReturnRemaining(1);
        return new Left(
                probe.isConsumed(),
                limit,
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForReset()),
                Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** Whether there is one left to take; takes none. */
    boolean hasLeft(K sender) {
        Bucket bucket = buckets.getIfPresent(sender);
        return isOff() || bucket == null || bucket.getAvailableTokens() > 0;
    }

    /** How many senders are remembered. */
    long remembered() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private Bucket bucket(K sender) {
        return buckets.get(sender, key -> Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(limit).refillIntervally(limit, WINDOW))
                .withCustomTimePrecision(time)
                .build());
    }
}
