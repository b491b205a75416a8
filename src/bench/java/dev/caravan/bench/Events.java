package dev.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * The messages of the benchmark: about 250 bytes of JSON with eight fields and nested properties, the same ones every
 * time. Keeps count of what the query has to make of those it gave out.
 */
public final class Events {
    static final String TOPIC = "bench-events";
    static final String QUERY =
            "SELECT user_id, lower(event) AS event, amount*1.2 AS gross, ts FROM events WHERE amount > 10";

    /** Whole files in every partition. */
    private static final int[] TENTHS = {3, 2, 2, 3};

    private static final String[] NAMES = {"Page_View", "Add_To_Cart", "Checkout", "Search", "Login", "Purchase"};
    private static final String[] CURRENCIES = {"EUR", "USD", "GBP", "CHF"};
    private static final String[] BROWSERS = {"firefox", "chrome", "safari", "edge"};
    private static final long FIRST_SECOND = 1_767_225_600L;

    private final SplittableRandom random = new SplittableRandom(250);
    private final StringBuilder text = new StringBuilder(320);
    private long given;
    private long rows;
    private long users;
    private double gross;

    /**
     * What the query makes of all messages.
     *
     * @param users sum of {@code user_id}
     * @param gross sum of {@code gross}
     */
    record Truth(long messages, long rows, long users, double gross) {}

    static int partitions() {
        return TENTHS.length;
    }

    static long messagesOf(int partition, long all) {
        return all * TENTHS[partition] / 10;
    }

    public byte[] next() {
        long user = 1 + random.nextInt(1_000_000);
        int cents = random.nextInt(10_000);
        long at = given++;
        text.setLength(0);
        text.append("{\"event_id\":\"e-").append(1_000_000_000L + at);
        text.append("\",\"user_id\":").append(user);
        text.append(",\"event\":\"").append(NAMES[random.nextInt(NAMES.length)]);
        text.append("\",\"amount\":").append(cents / 100).append('.');
        text.append((char) ('0' + cents / 10 % 10)).append((char) ('0' + cents % 10));
        text.append(",\"currency\":\"").append(CURRENCIES[random.nextInt(CURRENCIES.length)]);
        text.append("\",\"ts\":\"");
        timestamp(at);
        text.append("\",\"session\":\"").append(Long.toHexString(random.nextLong() | Long.MIN_VALUE));
        text.append("\",\"props\":{\"page\":\"/products/").append(10_000 + random.nextInt(90_000));
        text.append("\",\"browser\":\"").append(BROWSERS[random.nextInt(BROWSERS.length)]);
        text.append("\",\"width\":").append(1_000 + random.nextInt(3_000));
        text.append(",\"tags\":[\"a")
                .append(random.nextInt(10))
                .append("\",\"b")
                .append(random.nextInt(10));
        text.append("\"]}}");
        if (cents > 1_000) {
            rows++;
            users += user;
            gross += cents / 100.0 * 1.2;
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    Truth truth() {
        return new Truth(given, rows, users, gross);
    }

    private void timestamp(long at) {
        java.time.Instant second = java.time.Instant.ofEpochSecond(FIRST_SECOND + at / 1_000);
        text.append(second.toString(), 0, 19).append('.');
        long millis = at % 1_000;
        text.append((char) ('0' + millis / 100)).append((char) ('0' + millis / 10 % 10));
        text.append((char) ('0' + millis % 10)).append('Z');
    }
}
