package dev.caravan.wait;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Rows of pipelines whose waits have ended and that have to go on. Who takes some gives them a claim; the claim holds on to
 * them until it is committed, whoever does that.
 */
@Repository
public final class Resumptions {
    private static final int ROWS = 5_000;
    private static final long BYTES = 32L << 20;

    private final JdbcClient jdbc;

    Resumptions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Rows of one step and one partition, by offset.
     *
     * @param waits numbers of the waits, in the order of {@code offsets}
     */
    public record Ready(
            String pipeline,
            int version,
            String step,
            String topic,
            int partition,
            List<Long> waits,
            List<Long> offsets) {}

    private record Row(
            String pipeline, int version, String step, String topic, int partition, long seq, long offset, long bytes) {
        boolean together(Row other) {
            return pipeline.equals(other.pipeline)
                    && version == other.version
                    && step.equals(other.step)
                    && topic.equals(other.topic)
                    && partition == other.partition;
        }
    }

    /**
     * Locks rows that nobody has taken, for the transaction around it; what others have locked is passed over.
     *
     * @param pipelines whose rows
     */
    public Optional<Ready> lock(Collection<String> pipelines) {
        List<Row> rows = jdbc.sql("""
                        SELECT r.pipeline, r.version, r.step, w.topic, w.partition, w.seq, w."offset",
                            octet_length(w.request_payload) + coalesce(octet_length(w.response_payload), 0)
                                + coalesce(octet_length(w.message), 0) AS bytes
                        FROM wait_resume r JOIN wait w ON w.seq = r.wait
                        WHERE r.claim IS NULL AND r.pipeline = ANY(:pipelines)
                        ORDER BY r.wait LIMIT :limit FOR UPDATE OF r SKIP LOCKED""")
                .param("pipelines", pipelines.toArray(String[]::new))
                .param("limit", ROWS)
                .query((row, number) -> new Row(
                        row.getString("pipeline"),
                        row.getInt("version"),
                        row.getString("step"),
                        row.getString("topic"),
                        row.getInt("partition"),
                        row.getLong("seq"),
                        row.getLong("offset"),
                        row.getLong("bytes")))
                .list();
        return rows.isEmpty() ? Optional.empty() : Optional.of(ready(rows));
    }

    /** Those of the first one's step and partition that are not too much for one batch. */
    private static Ready ready(List<Row> rows) {
        Row first = rows.get(0);
        List<Row> together = new ArrayList<>();
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.bytes;
            if (bytes > BYTES && !together.isEmpty()) {
                break;
            }
            if (first.together(row)) {
                together.add(row);
            }
        }
        together.sort(java.util.Comparator.comparingLong(Row::offset));
        return new Ready(
                first.pipeline,
                first.version,
                first.step,
                first.topic,
                first.partition,
                together.stream().map(Row::seq).toList(),
                together.stream().map(Row::offset).toList());
    }

    /** Gives locked rows to a claim. */
    public void give(Ready ready, UUID claim) {
        jdbc.sql("UPDATE wait_resume SET claim = :claim WHERE wait = ANY(:waits)")
                .param("claim", claim)
                .param("waits", ready.waits().toArray(Long[]::new))
                .update();
    }

    /** The rows of a claim, by offset. */
    public List<Resumable> of(UUID claim) {
        return jdbc.sql("""
                        SELECT w.* FROM wait_resume r JOIN wait w ON w.seq = r.wait
                        WHERE r.claim = :claim ORDER BY w."offset\"""")
                .param("claim", claim)
                .query((row, number) -> new Resumable(
                        WaitRows.read(row, number),
                        row.getString("request_payload"),
                        row.getLong("offset"),
                        row.getBytes("message_key"),
                        row.getString("message_headers"),
                        Objects.requireNonNull(row.getTimestamp("message_time")).toInstant(),
                        row.getBytes("message")))
                .list();
    }

    /** The rows of a claim have gone on. */
    public void done(UUID claim) {
        jdbc.sql("DELETE FROM wait_resume WHERE claim = :claim")
                .param("claim", claim)
                .update();
    }

    /** A pipeline is gone: nothing waits for it any more, nothing goes on. */
    public void forget(String pipeline) {
        jdbc.sql("""
                        WITH changed AS (
                            UPDATE wait SET status = 'canceled', error = 'the pipeline was deleted', ended_at = now()
                            WHERE pipeline = :pipeline AND status = 'waiting' RETURNING %s),
                        %s
                        SELECT count(*) FROM changed""".formatted(WaitRows.COLUMNS, WaitRows.ENDED))
                .param("pipeline", pipeline)
                .query(Long.class)
                .single();
        jdbc.sql("DELETE FROM wait_resume WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }
}
