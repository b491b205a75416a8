package dev.caravan.monitor;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The figures that the database has, each with one query over what is kept as sums or has an index. */
@Repository
final class FigureQueries {
    /** Commits of a look at most; there are more only when a replica has been asleep. */
    private static final int MOST_COMMITS = 20_000;

    private final JdbcClient jdbc;

    FigureQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What the ledger has of a pipeline.
     *
     * @param status the one that was told last, in lower case
     * @param halted whether it has paused itself and waits for a person
     */
    record PipelineFigures(
            String id,
            String name,
            String project,
            String status,
            String topic,
            boolean reads,
            boolean halted,
            long in,
            long out,
            long filtered,
            long dead,
            long parked,
            long written,
            long files,
            long bytes,
            long bytesIn) {
        /** Not 0 would mean that a message is lost or counted twice. */
        long imbalance() {
            return in - out - filtered - dead - parked;
        }
    }

    /** Pipelines of all projects, by id, at most so many. */
    List<PipelineFigures> pipelines(int limit) {
        return jdbc.sql("""
                        SELECT p.id, p.name, p.project, lower(coalesce(d.told, 'STOPPED')) AS status,
                            coalesce(v.document #>> '{options,event}', 'caravan.' || p.id) AS topic,
                            coalesce(d.status, 'STOPPED') <> 'STOPPED' AS reads,
                            coalesce(d.status = 'PAUSED' AND d.reason IS NOT NULL, false) AS halted,
                            coalesce(t.rows_in, 0) AS rows_in, coalesce(t.rows_out, 0) AS rows_out,
                            coalesce(t.rows_filtered, 0) AS rows_filtered, coalesce(t.rows_dead, 0) AS rows_dead,
                            coalesce(t.rows_parked, 0) AS rows_parked, coalesce(t.rows_written, 0) AS rows_written,
                            coalesce(t.files, 0) AS files, coalesce(t.bytes, 0) AS bytes,
                            coalesce(t.bytes_in, 0) AS bytes_in
                        FROM pipeline p
                        JOIN pipeline_version v ON v.pipeline = p.id AND v.version = p.version
                        LEFT JOIN pipeline_desired d ON d.pipeline = p.id
                        LEFT JOIN (SELECT pipeline, sum(rows_in) AS rows_in, sum(rows_out) AS rows_out,
                                sum(rows_filtered) AS rows_filtered, sum(rows_dead) AS rows_dead,
                                sum(rows_parked) AS rows_parked, sum(rows_written) AS rows_written,
                                sum(files) AS files, sum(bytes) AS bytes, sum(bytes_in) AS bytes_in
                            FROM pipeline_partition GROUP BY pipeline) t ON t.pipeline = p.id
                        ORDER BY p.id LIMIT :limit""")
                .param("limit", limit)
                .query((row, number) -> new PipelineFigures(
                        row.getString("id"),
                        row.getString("name"),
                        row.getString("project"),
                        row.getString("status"),
                        row.getString("topic"),
                        row.getBoolean("reads"),
                        row.getBoolean("halted"),
                        row.getLong("rows_in"),
                        row.getLong("rows_out"),
                        row.getLong("rows_filtered"),
                        row.getLong("rows_dead"),
                        row.getLong("rows_parked"),
                        row.getLong("rows_written"),
                        row.getLong("files"),
                        row.getLong("bytes"),
                        row.getLong("bytes_in")))
                .list();
    }

    /** How often messages of each pipeline have become dead letters, by reason. */
    Map<String, Map<String, Long>> deadLetters() {
        Map<String, Map<String, Long>> letters = new HashMap<>();
        jdbc.sql("""
                        SELECT p.pipeline, c.reason, sum(c.letters) AS letters
                        FROM dead_letter_count c JOIN pipeline_partition p ON p.id = c.partition_id
                        GROUP BY p.pipeline, c.reason""").query(row -> {
            letters.computeIfAbsent(row.getString("pipeline"), pipeline -> new HashMap<>())
                    .put(row.getString("reason"), row.getLong("letters"));
        });
        return letters;
    }

    /** A range that this replica has committed. */
    record Commit(String pipeline, Duration sinceClaim, Duration sinceRead, long bytes) {}

    /** What partitions of an owner have committed after a moment, up to another one. */
    List<Commit> commits(String owner, Instant after, Instant upTo) {
        return jdbc.sql("""
                        SELECT p.pipeline, extract(epoch FROM f.committed_at - f.claimed_at) AS claimed,
                            extract(epoch FROM f.committed_at - f.batch_time) AS read, f.bytes
                        FROM pipeline_partition p JOIN pipeline_file f ON f.partition_id = p.id
                        WHERE p.owner = :owner AND f.status = 'COMMITTED' AND f.committed_at > :after AND f.committed_at <= :upTo
                        LIMIT :most""")
                .param("owner", owner)
                .param("after", after.atOffset(ZoneOffset.UTC))
                .param("upTo", upTo.atOffset(ZoneOffset.UTC))
                .param("most", MOST_COMMITS)
                .query((row, number) -> new Commit(
                        row.getString("pipeline"),
                        seconds(row.getDouble("claimed")),
                        seconds(row.getDouble("read")),
                        row.getLong("bytes")))
                .list();
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.max(0, Math.round(seconds * 1e9)));
    }

    Instant now() {
        return jdbc.sql("SELECT clock_timestamp()")
                .query((row, number) -> EventRows.instant(row, "clock_timestamp"))
                .single();
    }

    /** Where a pipeline stands in a partition. */
    record Position(String pipeline, String topic, int partition) {}

    /** The next offset to claim, wherever one is known. */
    Map<Position, Long> positions(List<String> pipelines) {
        Map<Position, Long> positions = new HashMap<>();
        jdbc.sql("""
                        SELECT pipeline, topic, partition, next_offset FROM pipeline_partition
                        WHERE pipeline = ANY(:pipelines) AND current AND next_offset IS NOT NULL""").param("pipelines", pipelines.toArray(String[]::new)).query(row -> {
            positions.put(
                    new Position(row.getString("pipeline"), row.getString("topic"), row.getInt("partition")),
                    row.getLong("next_offset"));
        });
        return positions;
    }

    /** Over all projects; {@code waitedMicros} is the sum over the received ones. */
    record WaitFigures(
            long waiting, long received, long timedOut, long canceled, long waitedMicros, double resumeSeconds) {}

    WaitFigures waits() {
        return jdbc.sql("""
                        SELECT coalesce(sum(waiting), 0) AS waiting, coalesce(sum(received), 0) AS received,
                            coalesce(sum(timed_out), 0) AS timed_out, coalesce(sum(canceled), 0) AS canceled,
                            coalesce(sum(waited), 0) AS waited,
                            coalesce((SELECT extract(epoch FROM clock_timestamp() - w.ended_at) FROM wait_resume r
                                JOIN wait w ON w.seq = r.wait WHERE r.claim IS NULL ORDER BY r.wait LIMIT 1), 0) AS resume
                        FROM wait_count""")
                .query((row, number) -> new WaitFigures(
                        row.getLong("waiting"),
                        row.getLong("received"),
                        row.getLong("timed_out"),
                        row.getLong("canceled"),
                        row.getLong("waited"),
                        Math.max(0, row.getDouble("resume"))))
                .single();
    }

    /** What is due and not sent, and how long the oldest of it has been. */
    record WebhookFigures(long due, double seconds) {}

    WebhookFigures webhooks() {
        return jdbc.sql("""
                        SELECT count(*) AS due,
                            coalesce(extract(epoch FROM clock_timestamp() - min(next_attempt_at)), 0) AS seconds
                        FROM webhook_delivery WHERE status = 'PENDING' AND next_attempt_at <= clock_timestamp()""")
                .query((row, number) -> new WebhookFigures(row.getLong("due"), Math.max(0, row.getDouble("seconds"))))
                .single();
    }

    /** How many deliveries have ended after a moment, up to another one, by what came of them. */
    Map<String, Long> webhookOutcomes(Instant after, Instant upTo) {
        return jdbc
                .sql("""
                        SELECT lower(status) AS outcome, count(*) AS count FROM webhook_delivery
                        WHERE status <> 'PENDING' AND finished_at > :after AND finished_at <= :upTo GROUP BY status""")
                .param("after", after.atOffset(ZoneOffset.UTC))
                .param("upTo", upTo.atOffset(ZoneOffset.UTC))
                .query((row, number) -> Map.entry(row.getString("outcome"), row.getLong("count")))
                .list()
                .stream()
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** What makes queues in tables grow: a transaction that stays open. */
    record DatabaseFigures(double longestTransactionSeconds, long oldestXminAge) {}

    DatabaseFigures database() {
        return jdbc.sql("""
                        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) AS longest,
                            coalesce(max(age(backend_xmin)), 0) AS oldest
                        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()""")
                .query((row, number) ->
                        new DatabaseFigures(Math.max(0, row.getDouble("longest")), row.getLong("oldest")))
                .single();
    }
}
