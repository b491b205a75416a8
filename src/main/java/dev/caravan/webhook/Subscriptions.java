package dev.caravan.webhook;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether anybody wants to hear of something, as known a second ago at the latest: for news that may come thousands of
 * times a second and belongs to no transaction.
 */
final class Subscriptions {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final JdbcClient jdbc;
    private volatile @Nullable Known known;

    private record Known(Set<String> subscribed, long at) {
        boolean fresh() {
            return System.nanoTime() - at < FRESH_NANOS;
        }
    }

    Subscriptions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    boolean has(String project, WebhookEvent event) {
        Known now = known;
        if (now == null || !now.fresh()) {
            now = refresh();
        }
        return now.subscribed.contains(key(project, event.wireName()));
    }

    private synchronized Known refresh() {
        Known now = known;
        if (now != null && now.fresh()) {
            return now;
        }
        long at = System.nanoTime();
        Set<String> subscribed = new HashSet<>(
                jdbc.sql("SELECT DISTINCT project || ' ' || unnest(events) FROM webhook WHERE disabled_at IS NULL")
                        .query(String.class)
                        .list());
        Known fresh = new Known(subscribed, at);
        known = fresh;
        return fresh;
    }

    /** The next question is asked of the database. */
    void changed() {
        known = null;
    }

    private static String key(String project, String event) {
        return project + " " + event;
    }
}
