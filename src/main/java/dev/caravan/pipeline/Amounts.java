package dev.caravan.pipeline;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as documents spell them: {@code 64MiB}, {@code 30s}. */
final class Amounts {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]+) ?([A-Za-z]+)");
    private static final Map<String, Long> BYTES = bytes();
    private static final Map<String, Duration> DURATIONS = durations();

    private Amounts() {}

    private static Map<String, Long> bytes() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("GiB", 1L << 30);
        units.put("MiB", 1L << 20);
        units.put("KiB", 1L << 10);
        units.put("GB", 1_000_000_000L);
        units.put("MB", 1_000_000L);
        units.put("KB", 1_000L);
        units.put("B", 1L);
        return units;
    }

    private static Map<String, Duration> durations() {
        Map<String, Duration> units = new LinkedHashMap<>();
        units.put("d", Duration.ofDays(1));
        units.put("h", Duration.ofHours(1));
        units.put("m", Duration.ofMinutes(1));
        units.put("s", Duration.ofSeconds(1));
        units.put("ms", Duration.ofMillis(1));
        return units;
    }

    /** @throws IllegalArgumentException when it is no size; past a long it is the largest one */
    static long bytes(String text) {
        Matcher amount = match(text);
        Long unit = BYTES.get(amount.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(text);
        }
        long number = Long.parseLong(amount.group(1));
        return number > Long.MAX_VALUE / unit ? Long.MAX_VALUE : number * unit;
    }

    /** @throws IllegalArgumentException when it is no duration */
    static Duration duration(String text) {
        Matcher amount = match(text);
        Duration unit = DURATIONS.get(amount.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(text);
        }
        return unit.multipliedBy(Long.parseLong(amount.group(1)));
    }

    private static Matcher match(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches()) {
            throw new IllegalArgumentException(text);
        }
        return amount;
    }

    /** With the largest unit that leaves nothing over. */
    static String write(long bytes) {
        return BYTES.entrySet().stream()
                .filter(unit -> bytes % unit.getValue() == 0 && bytes > 0)
                .findFirst()
                .map(unit -> bytes / unit.getValue() + unit.getKey())
                .orElse(bytes + "B");
    }

    static String write(Duration duration) {
        return DURATIONS.entrySet().stream()
                .filter(unit -> !duration.isZero()
                        && duration.toMillis() % unit.getValue().toMillis() == 0)
                .findFirst()
                .map(unit -> duration.toMillis() / unit.getValue().toMillis() + unit.getKey())
                .orElse(duration.toMillis() + "ms");
    }
}
