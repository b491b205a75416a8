package dev.caravan.run;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads runs from what is stored anyway: waits, the claims that took them on, dead letters. */
@Repository
final class RunRows {
    /** Statuses of the newest wait that a run of a status can have. */
    private static final Map<RunStatus, List<String>> HEADS = Map.of(
            RunStatus.WAITING, List.of("waiting"),
            RunStatus.RUNNING, List.of("received", "timed_out", "canceled"),
            RunStatus.COMPLETED, List.of("received", "timed_out"),
            RunStatus.FAILED, List.of("received", "timed_out", "canceled"),
            RunStatus.CANCELED, List.of("canceled"));

    private static final List<String> ALL = List.of("waiting", "received", "timed_out", "canceled");

    /** Around rows of {@code wait} named {@code w}, each the newest of its run. */
    private static final String RUNS = """
            SELECT w.*, known.reason, known.detail, known.failed_in, known.failed_at, known.committed_at,
                CASE
                    WHEN w.status = 'waiting' THEN 'waiting'
                    WHEN w.status = 'canceled' AND NOT w.rejected THEN 'canceled'
                    WHEN NOT known.done THEN 'running'
                    WHEN known.reason IS NOT NULL THEN 'failed'
                    ELSE 'completed' END AS run_status,
                coalesce((SELECT min(f.requested_at) FROM wait f WHERE f.run = w.run), w.requested_at) AS started_at
            FROM (%s) AS w LEFT JOIN LATERAL (
                SELECT r.done, f.committed_at, d.reason, d.detail, d.step AS failed_in, d.created_at AS failed_at
                FROM wait_resume r
                LEFT JOIN pipeline_file f ON f.claim_id = r.claim
                LEFT JOIN pipeline_partition p ON p.id = f.partition_id
                LEFT JOIN dead_letter d ON d.pipeline = w.pipeline AND d.topic = w.topic AND d.partition = w.partition
                    AND d.generation = p.generation AND d."offset" = w."offset" AND d.replayed_at IS NULL
                WHERE r.wait = w.seq) AS known ON w.status <> 'waiting'""";

    private final JdbcClient jdbc;

    RunRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Newest first, one more than the filter's limit at most. */
    List<Run> list(String project, RunFilter filter) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        String condition = condition(filter, parameters);
        List<String> statuses = filter.status() == null ? ALL : Objects.requireNonNull(HEADS.get(filter.status()));
        List<String> heads = statuses.stream()
                .map(status -> "(SELECT * FROM (" + RUNS.formatted(newest(status, condition)) + ") AS head"
                        + " WHERE cast(:run_status AS text) IS NULL OR run_status = :run_status"
                        + " ORDER BY requested_at DESC, seq DESC LIMIT :limit)")
                .toList();
        return jdbc.sql("SELECT * FROM (" + String.join("\nUNION ALL\n", heads)
                        + ") AS runs ORDER BY requested_at DESC, seq DESC LIMIT :limit")
                .param("project", project)
                .param(
                        "run_status",
                        filter.status() == null ? null : filter.status().id(),
                        java.sql.Types.VARCHAR)
                .param("limit", filter.limit() + 1)
                .params(parameters)
                .query(RunRows::read)
                .list();
    }

    private static String newest(String status, String condition) {
        return "SELECT * FROM wait WHERE project = :project AND status = '" + status
                + "' AND seq > 0 AND run IS NOT NULL AND NOT superseded" + condition
                + " ORDER BY requested_at DESC, seq DESC";
    }

    private static String condition(RunFilter filter, Map<String, Object> parameters) {
        StringBuilder sql = new StringBuilder();
        if (filter.pipeline() != null) {
            sql.append(" AND pipeline = (SELECT p.id FROM pipeline p WHERE p.project = :project"
                    + " AND (p.id = :pipeline OR p.name = :pipeline) LIMIT 1)");
            parameters.put("pipeline", filter.pipeline());
        }
        if (filter.since() != null) {
            sql.append(" AND requested_at >= :since");
            parameters.put("since", filter.since().atOffset(ZoneOffset.UTC));
        }
        if (filter.until() != null) {
            sql.append(" AND requested_at < :until");
            parameters.put("until", filter.until().atOffset(ZoneOffset.UTC));
        }
        RunFilter.Place after = filter.after();
        if (after != null) {
            sql.append(" AND (requested_at, seq) < (:after_time, :after_seq)");
            parameters.put("after_time", after.requestedAt().atOffset(ZoneOffset.UTC));
            parameters.put("after_seq", after.seq());
        }
        return sql.toString();
    }

    Optional<Run> find(String project, UUID id) {
        String newest = "SELECT * FROM wait WHERE project = :project AND run = :run ORDER BY seq DESC LIMIT 1";
        return jdbc.sql(RUNS.formatted(newest))
                .param("project", project)
                .param("run", id)
                .query(RunRows::read)
                .optional();
    }

    /** All waits of a run, by when they began. */
    List<Run.WaitOfRun> waits(String project, UUID id) {
        return jdbc.sql("SELECT * FROM wait WHERE project = :project AND run = :run ORDER BY seq")
                .param("project", project)
                .param("run", id)
                .query((row, number) -> waitOfRun(row))
                .list();
    }

    private static Run read(ResultSet row, int number) throws SQLException {
        RunStatus status = RunStatus.valueOf(row.getString("run_status").toUpperCase(Locale.ROOT));
        Run.Failure error = row.getString("reason") == null ? null : failure(row);
        Instant ended =
                switch (status) {
                    case WAITING, RUNNING -> null;
                    case CANCELED -> instant(row, "ended_at");
                    case COMPLETED, FAILED -> instant(row, "committed_at");
                };
        return new Run(
                Objects.requireNonNull(row.getObject("run", UUID.class)),
                row.getString("project"),
                row.getString("pipeline"),
                row.getInt("version"),
                status,
                new Run.Origin(
                        row.getString("topic"),
                        row.getInt("partition"),
                        row.getLong("offset"),
                        instant(row, "message_time")),
                row.getTimestamp("started_at").toInstant(),
                ended,
                waitOfRun(row),
                error);
    }

    private static Run.Failure failure(ResultSet row) throws SQLException {
        return new Run.Failure(
                row.getString("reason"),
                row.getString("detail"),
                row.getString("failed_in"),
                row.getTimestamp("failed_at").toInstant());
    }

    private static Run.WaitOfRun waitOfRun(ResultSet row) throws SQLException {
        return new Run.WaitOfRun(
                Objects.requireNonNull(row.getObject("id", UUID.class)),
                row.getLong("seq"),
                row.getString("event_key"),
                row.getString("step"),
                row.getString("status"),
                row.getTimestamp("requested_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                instant(row, "ended_at"),
                row.getString("error"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
