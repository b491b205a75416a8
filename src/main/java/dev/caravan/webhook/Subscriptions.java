package dev.caravan.webhook;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether anybody wants to hear of something, as known one or two seconds ago at the latest: for news that may come thousands of
 * times a second and belongs to no transaction.
 */
final class Subscriptions {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final JdbcClient jdbc;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Known known;

    private record Known(Set<String> subscribed, long at) {
        boolean fresh() {
            return System.nanoTime() - at < FRESH_NANOS;
        }

        /** While somebody asks for a fresh one. */
        boolean bearable() {
            return System.nanoTime() - at < 2 * FRESH_NANOS;
        }
    }

    Subscriptions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    boolean has(String project, WebhookEvent event) {
        Known now = known;
        if (now == null || !now.fresh()) {
            now = refresh(now);
        }
        return now.subscribed.contains(key(project, event.wireName()));
    }

    /** One asks; the others go by what was known, and wait only when that is nothing, or too old. */
    private Known refresh(@Nullable Known stale) {
        if (!asking.tryLock()) {
            if (stale != null && stale.bearable()) {
                return stale;
            }
            asking.lock();
        }
        try {
            Known now = known;
            return now != null && now.fresh() ? now : ask();
        } finally {
            asking.unlock();
        }
    }

    private Known ask() {
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
