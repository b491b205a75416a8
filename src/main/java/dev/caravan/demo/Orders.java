package dev.caravan.demo;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Makes up orders, one JSON object each. */
final class Orders {
    private static final List<String> CUSTOMERS =
            List.of("amira", "bashir", "chen", "dalia", "emeka", "farah", "goran");
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "JPY");
    private static final double LARGEST = 250;

    private final Clock clock;
    private final RandomGenerator random;
    private long nextId;

    /** Ids go on from the clock, so that two starts do not make the same ones. */
    Orders(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        this.nextId = clock.millis();
    }

    String next() {
        return String.format(
                Locale.ROOT,
                "{\"order_id\":%d,\"customer\":\"%s\",\"amount\":%.2f,\"currency\":\"%s\",\"ts\":\"%s\"}",
                nextId++,
                pick(CUSTOMERS),
                1 + random.nextDouble(LARGEST),
                pick(CURRENCIES),
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    private String pick(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
