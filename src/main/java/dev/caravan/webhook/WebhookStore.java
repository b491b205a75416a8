package dev.caravan.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The webhooks and the history of their deliveries, in PostgreSQL. */
final class WebhookStore {
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    WebhookStore(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** What is stored of a new webhook. */
    record New(
            String id,
            String project,
            String url,
            Set<WebhookEvent> events,
            Secret secret,
            @Nullable String description) {}

    /** Empty when the project has {@code most} of them already. */
    Optional<Webhook> insert(New webhook, int most) {
        Optional<Webhook> inserted = transactions.execute(status -> {
            // two at once would both count the same
            jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('webhook:' || :project, 0))")
                    .param("project", webhook.project())
                    .query()
                    .listOfRows();
            return jdbc.sql("""
                            INSERT INTO webhook (id, project, url, events, secret, description)
                            SELECT :id, :project, :url, cast(:events AS text[]), :secret, cast(:description AS text)
                            WHERE (SELECT count(*) FROM webhook WHERE project = :project) < :most
                            RETURNING *""")
                    .param("id", webhook.id())
                    .param("project", webhook.project())
                    .param("url", webhook.url())
                    .param(
                            "events",
                            webhook.events().stream()
                                    .sorted()
                                    .map(WebhookEvent::wireName)
                                    .toArray(String[]::new))
                    .param("secret", webhook.secret().bytes())
                    .param("description", webhook.description())
                    .param("most", most)
                    .query(WebhookStore::webhook)
                    .optional();
        });
        return inserted == null ? Optional.empty() : inserted;
    }

    Optional<Webhook> find(String project, String id) {
        return jdbc.sql("SELECT * FROM webhook WHERE project = :project AND id = :id")
                .param("project", project)
                .param("id", id)
                .query(WebhookStore::webhook)
                .optional();
    }

    /**
     * Newest first.
     *
     * @param before position of the last one that is known already; null for the first page
     */
    List<Webhook> list(String project, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT * FROM webhook
                        WHERE project = :project AND seq < coalesce(cast(:before AS bigint), 9223372036854775807)
                        ORDER BY seq DESC LIMIT :limit""")
                .param("project", project)
                .param("before", before)
                .param("limit", limit)
                .query(WebhookStore::webhook)
                .list();
    }

    /** With its deliveries; false when there is none. */
    boolean delete(String project, String id) {
        return jdbc.sql("DELETE FROM webhook WHERE project = :project AND id = :id")
                        .param("project", project)
                        .param("id", id)
                        .update()
                > 0;
    }

    /** Newest first. */
    List<WebhookDelivery> deliveries(
            String webhook, WebhookDelivery.@Nullable Status status, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT * FROM webhook_delivery
                        WHERE webhook = :webhook AND seq < coalesce(cast(:before AS bigint), 9223372036854775807)
                            AND (cast(:status AS text) IS NULL OR status = :status)
                        ORDER BY seq DESC LIMIT :limit""")
                .param("webhook", webhook)
                .param("before", before)
                .param("status", status == null ? null : status.name())
                .param("limit", limit)
                .query(WebhookStore::delivery)
                .list();
    }

    /** Starts a new round of attempts, now; empty when there is no such delivery. */
    Optional<WebhookDelivery> redeliver(String webhook, String delivery) {
        return jdbc.sql("""
                        UPDATE webhook_delivery
                        SET status = 'PENDING', next_attempt_at = now(), finished_at = NULL, attempts_before = attempts
                        WHERE webhook = :webhook AND id = :delivery
                        RETURNING *""")
                .param("webhook", webhook)
                .param("delivery", delivery)
                .query(WebhookStore::delivery)
                .optional();
    }

    private static Webhook webhook(ResultSet row, int number) throws SQLException {
        Set<WebhookEvent> events = EnumSet.noneOf(WebhookEvent.class);
        Arrays.stream((String[]) row.getArray("events").getArray())
                .flatMap(name -> WebhookEvent.find(name).stream())
                .forEach(events::add);
        Instant disabledAt = instant(row, "disabled_at");
        return new Webhook(
                row.getString("id"),
                row.getLong("seq"),
                row.getString("project"),
                row.getString("url"),
                events,
                row.getString("description"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                disabledAt == null
                        ? null
                        : new Webhook.Disabled(disabledAt, String.valueOf(row.getString("disabled_reason"))));
    }

    private static WebhookDelivery delivery(ResultSet row, int number) throws SQLException {
        return new WebhookDelivery(
                row.getString("id"),
                row.getLong("seq"),
                row.getString("event"),
                WebhookDelivery.Status.valueOf(row.getString("status")),
                row.getInt("attempts"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                instant(row, "last_attempt_at"),
                (Integer) row.getObject("last_code"),
                row.getString("last_error"),
                instant(row, "next_attempt_at"),
                instant(row, "finished_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
