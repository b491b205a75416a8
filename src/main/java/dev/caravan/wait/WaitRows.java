package dev.caravan.wait;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the statements on waits share: columns, their reading, and what every change of a status writes besides. */
final class WaitRows {
    /** All of a {@link Wait}, then what tells where a message of a pipeline goes on. */
    static final String COLUMNS = """
            seq, id, event_key, project, status, job_run_id, run, request_payload, response_payload, timeout_secs, \
            requested_at, expires_at, received_at, ended_at, error, rejected, sent_by, pipeline, version, step""";

    /**
     * Goes with a CTE {@code changed} of waits that have ended: the messages that go on, and the counts. In the same
     * statement, so that there is no moment between.
     */
    static final String ENDED = """
            resumed AS (
                INSERT INTO wait_resume (wait, pipeline, version, step)
                SELECT seq, pipeline, version, step FROM changed WHERE pipeline IS NOT NULL),
            counted AS (
                INSERT INTO wait_count AS c (project, slot, waiting, received, timed_out, canceled, waited)
                SELECT project, pg_backend_pid() % 64, -count(*),
                    count(*) FILTER (WHERE status = 'received'), count(*) FILTER (WHERE status = 'timed_out'),
                    count(*) FILTER (WHERE status = 'canceled'),
                    coalesce(sum(extract(epoch FROM received_at - requested_at) * 1000000), 0)::bigint
                FROM changed GROUP BY project ORDER BY project
                ON CONFLICT (project, slot) DO UPDATE
                SET waiting = c.waiting + excluded.waiting, received = c.received + excluded.received,
                    timed_out = c.timed_out + excluded.timed_out, canceled = c.canceled + excluded.canceled,
                    waited = c.waited + excluded.waited)""";

    /** Goes with a CTE {@code changed} of waits that were created; an early event has ended some of them at once. */
    static final String CREATED = """
            resumed AS (
                INSERT INTO wait_resume (wait, pipeline, version, step)
                SELECT seq, pipeline, version, step FROM changed WHERE pipeline IS NOT NULL AND status = 'received'),
            counted AS (
                INSERT INTO wait_count AS c (project, slot, waiting, received, timed_out, canceled, waited)
                SELECT project, pg_backend_pid() % 64, count(*) FILTER (WHERE status = 'waiting'),
                    count(*) FILTER (WHERE status = 'received'), 0, 0, 0
                FROM changed GROUP BY project ORDER BY project
                ON CONFLICT (project, slot) DO UPDATE
                SET waiting = c.waiting + excluded.waiting, received = c.received + excluded.received)""";

    private WaitRows() {}

    static Wait read(ResultSet row, int number) throws SQLException {
        return new Wait(
                row.getLong("seq"),
                Objects.requireNonNull(row.getObject("id", UUID.class)),
                row.getString("event_key"),
                row.getString("project"),
                WaitStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("job_run_id"),
                row.getObject("run", UUID.class),
                row.getString("request_payload"),
                row.getString("response_payload"),
                row.getInt("timeout_secs"),
                row.getTimestamp("requested_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                instant(row, "received_at"),
                instant(row, "ended_at"),
                row.getString("error"),
                row.getBoolean("rejected"),
                row.getString("sent_by"));
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
