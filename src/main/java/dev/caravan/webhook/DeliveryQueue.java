package dev.caravan.webhook;

import dev.caravan.trace.TraceContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The pending deliveries, shared by all replicas; none leads. Beginning an attempt moves its next one behind the lease, so
 * that what a replica dies over is begun again by another one. All times are the database's.
 */
final class DeliveryQueue {
    private static final String DISABLED = "the webhook is disabled";

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    DeliveryQueue(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** How many attempts of a webhook are under way here, and how many more may begin. */
    record Lane(int underway, int free) {}

    /** What an attempt came to, and the pause before the next one; null when there is none. */
    record Ended(Message message, Outcome outcome, @Nullable Duration pause) {
        WebhookDelivery.Status status() {
            if (outcome.delivered()) {
                return WebhookDelivery.Status.DELIVERED;
            }
            return pause == null ? WebhookDelivery.Status.FAILED : WebhookDelivery.Status.PENDING;
        }
    }

    /**
     * Begins attempts that are due. Webhooks with few attempts under way come first, so that each gets its share however
     * much waits for another one.
     *
     * @param lanes of the webhooks that have attempts under way, or are slow; the others may have {@code free}
     */
    List<Message> begin(Map<String, Lane> lanes, int free, int atMost, Duration lease) {
        String[] webhooks = lanes.keySet().toArray(String[]::new);
        Integer[] underway = lanes.values().stream().map(Lane::underway).toArray(Integer[]::new);
        Integer[] allowed = lanes.values().stream().map(Lane::free).toArray(Integer[]::new);
        return jdbc.sql("""
                        WITH due AS (
                            SELECT d.id, w.url, w.secret
                            FROM webhook w
                            LEFT JOIN unnest(cast(:webhooks AS text[]), cast(:underway AS int[]), cast(:allowed AS int[]))
                                AS lane (webhook, underway, free) ON lane.webhook = w.id
                            CROSS JOIN LATERAL (
                                SELECT first.id, row_number() OVER () AS place
                                FROM (
                                    SELECT p.id FROM webhook_delivery p
                                    WHERE p.webhook = w.id AND p.status = 'PENDING' AND p.next_attempt_at <= now()
                                    ORDER BY p.next_attempt_at, p.seq
                                    LIMIT coalesce(lane.free, :free)
                                    FOR UPDATE SKIP LOCKED) first) d
                            WHERE w.disabled_at IS NULL
                            ORDER BY coalesce(lane.underway, 0) + d.place
                            LIMIT :atMost)
                        UPDATE webhook_delivery d
                        SET attempts = d.attempts + 1, last_attempt_at = now(),
                            next_attempt_at = now() + make_interval(secs => :lease)
                        FROM due WHERE d.id = due.id
                        RETURNING d.*, due.url, due.secret""")
                .param("webhooks", webhooks)
                .param("underway", underway)
                .param("allowed", allowed)
                .param("free", free)
                .param("atMost", atMost)
                .param("lease", seconds(lease))
                .query(DeliveryQueue::message)
                .list();
    }

    /**
     * Stores what attempts came to, in one transaction; of those that are no longer the newest nothing. What was given up
     * while its attempt was under way is not tried again.
     */
    void end(Collection<Ended> ended) {
        transactions.executeWithoutResult(status -> {
            jdbc.sql("""
                            UPDATE webhook_delivery d
                            SET status = e.status, last_code = e.code, last_error = e.error,
                                next_attempt_at = CASE WHEN e.status = 'PENDING'
                                    THEN now() + make_interval(secs => e.pause) END,
                                finished_at = CASE WHEN e.status <> 'PENDING' THEN now() END
                            FROM unnest(cast(:ids AS text[]), cast(:attempts AS int[]), cast(:statuses AS text[]),
                                    cast(:pauses AS float8[]), cast(:codes AS int[]), cast(:errors AS text[]))
                                AS e (id, attempt, status, pause, code, error)
                            WHERE d.id = e.id AND d.attempts = e.attempt
                                AND (d.status = 'PENDING' OR e.status <> 'PENDING')""")
                    .param("ids", ended.stream().map(e -> e.message().id()).toArray(String[]::new))
                    .param(
                            "attempts",
                            ended.stream().map(e -> e.message().attempt()).toArray(Integer[]::new))
                    .param(
                            "statuses",
                            ended.stream().map(e -> e.status().name()).toArray(String[]::new))
                    .param("pauses", ended.stream().map(e -> seconds(e.pause())).toArray(Double[]::new))
                    .param("codes", ended.stream().map(e -> e.outcome().code()).toArray(Integer[]::new))
                    .param(
                            "errors",
                            ended.stream().map(e -> e.outcome().error()).toArray(String[]::new))
                    .update();
            String[] gone = ended.stream()
                    .filter(e -> e.outcome().gone())
                    .map(e -> e.message().webhook())
                    .distinct()
                    .toArray(String[]::new);
            if (gone.length > 0) {
                disable(gone);
            }
        });
    }

    private void disable(String[] webhooks) {
        jdbc.sql("""
                        UPDATE webhook SET disabled_at = now(), disabled_reason = 'the endpoint answered 410 Gone'
                        WHERE id = ANY (:webhooks) AND disabled_at IS NULL""").param("webhooks", webhooks).update();
        giveUpDisabled();
    }

    /** Ends what waits for webhooks that are disabled: news that was stored at that very moment is among it. */
    void giveUpDisabled() {
        jdbc.sql("""
                        UPDATE webhook_delivery d
                        SET status = 'FAILED', next_attempt_at = NULL, finished_at = now(), last_error = :error
                        FROM webhook w
                        WHERE w.id = d.webhook AND w.disabled_at IS NOT NULL AND d.status = 'PENDING'""").param("error", DISABLED).update();
    }

    /** Lets attempts that were cut off begin again at once. */
    void release(Collection<Message> cutOff) {
        jdbc.sql("""
                        UPDATE webhook_delivery d SET next_attempt_at = now()
                        FROM unnest(cast(:ids AS text[]), cast(:attempts AS int[])) AS c (id, attempt)
                        WHERE d.id = c.id AND d.attempts = c.attempt AND d.status = 'PENDING'""")
                .param("ids", cutOff.stream().map(Message::id).toArray(String[]::new))
                .param("attempts", cutOff.stream().map(Message::attempt).toArray(Integer[]::new))
                .update();
    }

    /** Gives up what is older than the retention and never came to an end; returns how many, at most {@code chunk}. */
    int expire(Duration retention, int chunk) {
        return jdbc.sql("""
                        UPDATE webhook_delivery
                        SET status = 'FAILED', next_attempt_at = NULL, finished_at = now(), last_error = 'is too old'
                        WHERE id IN (
                            SELECT id FROM webhook_delivery
                            WHERE status = 'PENDING' AND occurred_at < now() - make_interval(secs => :age)
                            LIMIT :chunk FOR UPDATE SKIP LOCKED)""")
                .param("age", seconds(retention))
                .param("chunk", chunk)
                .update();
    }

    /** Deletes what was finished before the retention; returns how many, at most {@code chunk}. */
    int purge(Duration retention, int chunk) {
        return jdbc.sql("""
                        DELETE FROM webhook_delivery WHERE id IN (
                            SELECT id FROM webhook_delivery
                            WHERE status <> 'PENDING' AND finished_at < now() - make_interval(secs => :age)
                            ORDER BY finished_at LIMIT :chunk FOR UPDATE SKIP LOCKED)""")
                .param("age", seconds(retention))
                .param("chunk", chunk)
                .update();
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis() / 1_000.0;
    }

    private static Message message(ResultSet row, int number) throws SQLException {
        return new Message(
                row.getString("id"),
                row.getString("webhook"),
                row.getString("url"),
                Secret.of(row.getBytes("secret")),
                row.getString("event"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                row.getString("data"),
                row.getInt("attempts"),
                row.getInt("attempts_before"),
                TraceContext.parse(row.getString("traceparent")));
    }
}
