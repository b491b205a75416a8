package dev.caravan.wait;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * How waits, and events that come before them, come to be. A wait and an early event compete for one entry of a unique
 * index; whoever comes second finds the other, also when both come at once.
 */
@Repository
final class WaitCreation {
    /**
     * A live row after an event was offered to be kept.
     *
     * @param received the wait that was there after all; null when the event is kept
     */
    record Kept(@Nullable Wait received) {}

    /** The early event becomes the wait's, unless it was to be kept no longer than until now. */
    private static final String TAKES_EARLY_EVENT = """
            ON CONFLICT (project, event_key) WHERE status IN ('waiting', 'buffered') DO UPDATE SET
                status = CASE WHEN w.expires_at > excluded.requested_at THEN 'received' ELSE 'waiting' END,
                response_payload = CASE WHEN w.expires_at > excluded.requested_at THEN w.response_payload END,
                sent_by = CASE WHEN w.expires_at > excluded.requested_at THEN w.sent_by END,
                trace = CASE WHEN w.expires_at > excluded.requested_at THEN w.trace END,
                received_at = CASE WHEN w.expires_at > excluded.requested_at THEN excluded.requested_at END,
                ended_at = CASE WHEN w.expires_at > excluded.requested_at THEN excluded.requested_at END,
                id = excluded.id, job_run_id = excluded.job_run_id, request_payload = excluded.request_payload,
                default_payload = excluded.default_payload, timeout_secs = excluded.timeout_secs,
                requested_at = excluded.requested_at, expires_at = excluded.expires_at, pipeline = excluded.pipeline,
                version = excluded.version, step = excluded.step, run = excluded.run, topic = excluded.topic,
                partition = excluded.partition, "offset" = excluded."offset", message_key = excluded.message_key,
                message_headers = excluded.message_headers, message_time = excluded.message_time,
                message = excluded.message, generation = excluded.generation
            WHERE w.status = 'buffered'
            RETURNING %s""".formatted(WaitRows.COLUMNS);

    private static final String REGISTER = """
            WITH changed AS (
                INSERT INTO wait AS w (id, project, event_key, status, job_run_id, request_payload, default_payload,
                    timeout_secs, requested_at, expires_at)
                SELECT gen_random_uuid(), :project, :key, 'waiting', :job, :request, :default, :secs, at,
                    at + make_interval(secs => :secs)
                FROM (SELECT clock_timestamp() AS at) AS t
                %s),
            %s
            SELECT * FROM changed""".formatted(TAKES_EARLY_EVENT, WaitRows.CREATED);

    private static final String KEEP =
            """
            WITH changed AS (
                INSERT INTO wait AS w (id, project, event_key, status, response_payload, sent_by, trace,
                    timeout_secs, requested_at, expires_at)
                SELECT gen_random_uuid(), :project, :key, 'buffered', :payload, :by, :trace, :secs, at,
                    at + make_interval(secs => :secs)
                FROM (SELECT clock_timestamp() AS at) AS t
                ON CONFLICT (project, event_key) WHERE status IN ('waiting', 'buffered') DO UPDATE SET
                    status = CASE WHEN w.status = 'waiting' THEN 'received' ELSE 'buffered' END,
                    response_payload = excluded.response_payload, sent_by = excluded.sent_by, trace = excluded.trace,
                    received_at = CASE WHEN w.status = 'waiting' THEN excluded.requested_at END,
                    ended_at = CASE WHEN w.status = 'waiting' THEN excluded.requested_at END,
                    expires_at = CASE WHEN w.status = 'waiting' THEN w.expires_at ELSE excluded.expires_at END
                WHERE (w.status = 'waiting') = (w.expires_at > clock_timestamp())
                RETURNING %1$s),
            ended AS (SELECT * FROM changed WHERE status = 'received'),
            %2$s
            SELECT * FROM changed""".formatted(WaitRows.COLUMNS, WaitRows.ENDED.replace("FROM changed", "FROM ended"));

    // in the order of their keys, so that two batches never wait for each other in a circle
    private static final String PARK = """
            WITH changed AS (
                INSERT INTO wait AS w (id, project, event_key, status, request_payload, timeout_secs, requested_at,
                    expires_at, pipeline, version, step, run, topic, partition, "offset", message_key, message_headers,
                    message_time, message, generation)
                SELECT gen_random_uuid(), ?, p.key, 'waiting', p.row, ?, at + n * interval '1 microsecond',
                    at + make_interval(secs => ?), ?, ?, ?, p.run, p.topic, p.partition, p.offset, p.message_key,
                    p.message_headers, p.message_time, p.message, ?
                FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bytea[], ?::text[],
                        ?::timestamptz[], ?::bytea[]) WITH ORDINALITY
                    AS p(key, run, row, topic, partition, "offset", message_key, message_headers, message_time, message, n),
                    (SELECT clock_timestamp() AS at) AS t
                ORDER BY p.key
                %s),
            %s
            SELECT event_key FROM changed""".formatted(TAKES_EARLY_EVENT, WaitRows.CREATED);

    private final JdbcClient jdbc;
    private final JdbcTemplate template;

    WaitCreation(JdbcTemplate template) {
        this.jdbc = JdbcClient.create(template);
        this.template = template;
    }

    /** The new wait, which an early event may have ended at once; empty when another wait is live under the key. */
    Optional<Wait> register(Registration wait) {
        return jdbc.sql(REGISTER)
                .param("project", wait.project())
                .param("key", wait.key())
                .param("job", wait.jobRunId())
                .param("request", wait.requestPayload(), java.sql.Types.VARCHAR)
                .param("default", wait.defaultPayload(), java.sql.Types.VARCHAR)
                .param("secs", wait.timeoutSecs())
                .query(WaitRows::read)
                .optional();
    }

    /**
     * Keeps an event for a wait that is still to come; a wait that is there after all gets it. Empty when another event is
     * kept already, or when the wait is overdue.
     */
    Optional<Kept> keep(Sending sending, int seconds) {
        return jdbc.sql(KEEP)
                .param("project", sending.project())
                .param("key", sending.key())
                .param("payload", sending.payload(), java.sql.Types.VARCHAR)
                .param("secs", seconds)
                .param("by", sending.by())
                .param("trace", sending.trace(), java.sql.Types.VARCHAR)
                .query((row, number) -> row.getString("status").equals("buffered")
                        ? new Kept(null)
                        : new Kept(WaitRows.read(row, number)))
                .optional();
    }

    /** The payload of an event that is kept for a key; the outer one is empty when there is none. */
    Optional<Optional<String>> kept(String project, String key) {
        return jdbc.sql("""
                        SELECT response_payload FROM wait
                        WHERE project = :project AND event_key = :key AND status = 'buffered'
                            AND expires_at > clock_timestamp()""")
                .param("project", project)
                .param("key", key)
                .query((row, number) -> Optional.ofNullable(row.getString(1)))
                .optional();
    }

    /** @return the keys that are waited for now; a key that is not among them has another live wait */
    Set<String> park(ParkingPlace place, List<Parking> rows) {
        Set<String> parked = new HashSet<>(rows.size() * 2);
        template.query(connection -> statement(connection, place, rows), (ResultSet row) -> {
            parked.add(row.getString(1));
        });
        return parked;
    }

    void supersede(List<UUID> runs) {
        jdbc.sql("UPDATE wait SET superseded = true WHERE run = ANY(:runs) AND NOT superseded")
                .param("runs", runs.toArray(UUID[]::new))
                .update();
    }

    private static PreparedStatement statement(Connection connection, ParkingPlace place, List<Parking> rows)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(PARK);
        statement.setString(1, place.project());
        statement.setInt(2, place.timeoutSecs());
        statement.setInt(3, place.timeoutSecs());
        statement.setString(4, place.pipeline());
        statement.setInt(5, place.version());
        statement.setString(6, place.step());
        statement.setInt(7, place.generation());
        statement.setArray(8, array(connection, "text", rows, Parking::key));
        statement.setArray(9, array(connection, "uuid", rows, Parking::run));
        statement.setArray(10, array(connection, "text", rows, Parking::row));
        statement.setArray(11, array(connection, "text", rows, Parking::topic));
        statement.setArray(12, array(connection, "int4", rows, Parking::partition));
        statement.setArray(13, array(connection, "int8", rows, Parking::offset));
        statement.setArray(14, bytes(connection, rows, Parking::messageKey));
        statement.setArray(15, array(connection, "text", rows, Parking::messageHeaders));
        statement.setArray(16, array(connection, "timestamptz", rows, row -> WaitRows.utc(row.messageTime())));
        statement.setArray(17, bytes(connection, rows, Parking::message));
        return statement;
    }

    private static Array array(
            Connection connection, String type, List<Parking> rows, Function<Parking, @Nullable Object> field)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(field).toArray());
    }

    /** The driver takes an array of bytes only as what it is. */
    private static Array bytes(Connection connection, List<Parking> rows, Function<Parking, byte @Nullable []> field)
            throws SQLException {
        return connection.createArrayOf("bytea", rows.stream().map(field).toArray(byte[][]::new));
    }
}
