package dev.caravan.wait;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * How waits end. Each method is one statement: it changes rows only while they are waiting, and writes the outcome, the
 * messages that go on and the counts together. Whoever comes second finds nothing to change.
 */
@Repository
final class WaitEndings {
    /** What a try to end a wait came to: {@code found} is as it is now. */
    record Try(Wait found, boolean changed, boolean overdue) {
        static Try read(ResultSet row, int number) throws SQLException {
            return new Try(WaitRows.read(row, number), row.getBoolean("changed"), row.getBoolean("overdue"));
        }
    }

    /**
     * What one round of {@link #timeOut} did.
     *
     * @param latest how long the most overdue of them was due
     */
    record TimedOut(int count, Duration latest) {}

    private static final String LIVE = """
            project = :project AND event_key = :key AND status = 'waiting' AND expires_at > clock_timestamp()""";

    private static final String RECEIVED = """
            status = 'received', response_payload = :payload, received_at = now(), ended_at = now(), sent_by = :by,
            trace = :trace""";

    private static final String CANCELED = """
            status = 'canceled', error = :error, rejected = :rejected, ended_at = now(), sent_by = :by, trace = :trace""";

    /** The newest wait of the key, looked up only when nothing was changed. */
    private static final String NEWEST = """
            SELECT %s, false AS changed, expires_at <= clock_timestamp() AS overdue FROM (
                (SELECT * FROM wait WHERE project = :project AND event_key = :key AND status = 'waiting')
                UNION ALL
                (SELECT * FROM wait WHERE project = :project AND event_key = :key
                    AND status IN ('received', 'timed_out', 'canceled') ORDER BY seq DESC LIMIT 1)) AS known
            ORDER BY seq DESC LIMIT 1""".formatted(WaitRows.COLUMNS);

    private static final String SEND = byKey(RECEIVED);
    private static final String CANCEL = byKey(CANCELED);
    private static final String CANCEL_RUN = "WITH changed AS (UPDATE wait SET " + CANCELED
            + " WHERE project = :project AND run = :run AND status = 'waiting' AND expires_at > clock_timestamp() RETURNING "
            + WaitRows.COLUMNS + "),\n" + WaitRows.ENDED + "\nSELECT * FROM changed";
    private static final String SEND_BY_LINK = byLink(RECEIVED);
    private static final String CANCEL_BY_LINK = byLink(CANCELED);

    private static final String TIME_OUT = """
            WITH due AS (
                SELECT seq AS due_seq, status AS was FROM wait
                WHERE status IN ('waiting', 'buffered') AND expires_at <= now()
                ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED),
            forgotten AS (DELETE FROM wait USING due WHERE seq = due_seq AND was = 'buffered' RETURNING seq),
            changed AS (
                UPDATE wait SET status = 'timed_out', error = 'event trigger timed out', ended_at = now(),
                    response_payload = default_payload
                FROM due WHERE seq = due_seq AND was = 'waiting' AND status = 'waiting'
                RETURNING project, status, requested_at, received_at, expires_at, seq, pipeline, version, step),
            %s
            SELECT (SELECT count(*) FROM due) AS taken, count(*) AS ended,
                coalesce(extract(epoch FROM max(clock_timestamp() - expires_at)), 0) AS latest
            FROM changed""".formatted(WaitRows.ENDED);

    private final JdbcClient jdbc;

    WaitEndings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static String byKey(String outcome) {
        return "WITH changed AS (UPDATE wait SET " + outcome + " WHERE " + LIVE + " RETURNING " + WaitRows.COLUMNS
                + "),\n" + WaitRows.ENDED + "\nSELECT " + WaitRows.COLUMNS
                + ", true AS changed, false AS overdue FROM changed";
    }

    /** The link is used up by the same statement, and only by the one that ends the wait. */
    private static String byLink(String outcome) {
        return """
                WITH link AS (
                    SELECT l.id AS link, l.wait AS target FROM wait_link l
                    WHERE l.id = :link AND l.used_at IS NULL AND l.expires_at > now() FOR UPDATE),
                changed AS (UPDATE wait SET %s FROM link
                    WHERE seq = target AND status = 'waiting' AND expires_at > clock_timestamp() RETURNING %s),
                used AS (UPDATE wait_link SET used_at = now() FROM changed WHERE wait_link.id = :link),
                %s
                SELECT %s, true AS changed, false AS overdue FROM changed""".formatted(outcome, WaitRows.COLUMNS, WaitRows.ENDED, WaitRows.COLUMNS);
    }

    /** Gives the wait of a key its signal; empty when no wait has this key. */
    Optional<Try> send(Sending sending) {
        return jdbc.sql(SEND)
                .param("project", sending.project())
                .param("key", sending.key())
                .param("payload", sending.payload(), Types.VARCHAR)
                .param("by", sending.by())
                .param("trace", sending.trace(), Types.VARCHAR)
                .query(Try::read)
                .optional()
                .or(() -> newest(sending.project(), sending.key()));
    }

    /** By a second statement: what it sees may be there since the first one only, and then the whole is tried again. */
    Optional<Try> newest(String project, String key) {
        return jdbc.sql(NEWEST)
                .param("project", project)
                .param("key", key)
                .query(Try::read)
                .optional();
    }

    /** @param rejected whether a sender has bad news, not a person no patience */
    Optional<Try> cancel(String project, String key, String error, boolean rejected, String by) {
        return jdbc.sql(CANCEL)
                .param("project", project)
                .param("key", key)
                .param("error", error)
                .param("rejected", rejected)
                .param("by", by)
                .param("trace", Sending.currentTrace(), Types.VARCHAR)
                .query(Try::read)
                .optional()
                .or(() -> newest(project, key));
    }

    /** Cancels the wait of a run; empty when none is waiting. */
    Optional<Wait> cancelRun(String project, UUID run, String error, String by) {
        return jdbc.sql(CANCEL_RUN)
                .param("project", project)
                .param("run", run)
                .param("error", error)
                .param("rejected", false)
                .param("by", by)
                .param("trace", Sending.currentTrace(), Types.VARCHAR)
                .query(WaitRows::read)
                .optional();
    }

    /** Like {@link #send} to the wait that the link is for; empty when that has ended, or the link is used up. */
    Optional<Wait> sendByLink(UUID link, @Nullable String payload, String by) {
        return jdbc.sql(SEND_BY_LINK)
                .param("link", link)
                .param("payload", payload, Types.VARCHAR)
                .param("by", by)
                .param("trace", Sending.currentTrace(), Types.VARCHAR)
                .query(WaitRows::read)
                .optional();
    }

    Optional<Wait> rejectByLink(UUID link, String error, String by) {
        return jdbc.sql(CANCEL_BY_LINK)
                .param("link", link)
                .param("error", error)
                .param("rejected", true)
                .param("by", by)
                .param("trace", Sending.currentTrace(), Types.VARCHAR)
                .query(WaitRows::read)
                .optional();
    }

    /** Ends waits that are due, and forgets early events that nobody came for. Replicas share them out among themselves. */
    TimedOut timeOut(int limit) {
        return jdbc.sql(TIME_OUT)
                .param("limit", limit)
                .query((row, number) -> new TimedOut(
                        row.getInt("taken"), Duration.ofNanos((long) (row.getDouble("latest") * 1_000_000_000L))))
                .single();
    }

    /** Ends the wait of a key if it is due by now, not by the begin of a transaction, for somebody who needs to know. */
    void timeOut(String project, String key) {
        jdbc.sql("""
                        WITH changed AS (
                            UPDATE wait SET status = 'timed_out', error = 'event trigger timed out', ended_at = clock_timestamp(),
                                response_payload = default_payload
                            WHERE project = :project AND event_key = :key AND status = 'waiting'
                                AND expires_at <= clock_timestamp()
                            RETURNING %s),
                        %s
                        SELECT count(*) FROM changed""".formatted(WaitRows.COLUMNS, WaitRows.ENDED))
                .param("project", project)
                .param("key", key)
                .query(Long.class)
                .single();
    }
}
