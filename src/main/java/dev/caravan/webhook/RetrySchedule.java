package dev.caravan.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When an attempt that failed is followed by another one. */
final class RetrySchedule {
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10));

    private RetrySchedule() {}

    /**
     * The pause before the next attempt; empty after the last one.
     *
     * @param attempts so far, at least 1
     */
    static Optional<Duration> after(int attempts) {
        return attempts <= PAUSES.size() ? Optional.of(PAUSES.get(attempts - 1)) : Optional.empty();
    }
}
