package dev.caravan.wait;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Rows of pipelines whose waits have ended and that have to go on. Who takes some gives them a claim; the claim holds on to
 * them until it is committed, whoever does that.
 */
@Repository
public final class Resumptions {
    private static final int ROWS = 5_000;
    private static final int LOOKED_AT = 20_000;
    private static final long BYTES = 32L << 20;

    private final JdbcClient jdbc;

    Resumptions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Rows of one step and one partition in one generation, by offset.
     *
     * @param waits numbers of the waits, in the order of {@code offsets}
     */
    public record Ready(
            String pipeline,
            int version,
            String step,
            String topic,
            int partition,
            int generation,
            List<Long> waits,
            List<Long> offsets) {}

    /**
     * What can go on.
     *
     * @param more whether there may be more at once
     */
    public record Round(List<Ready> ready, boolean more) {}

    private record Place(String pipeline, int version, String step, String topic, int partition, int generation) {}

    private record Row(Place place, long seq, long offset, long bytes) {}

    /**
     * Locks rows that nobody has taken, for the transaction around it; what others have locked is passed over.
     *
     * @param pipelines whose rows
     */
    public Round lock(Collection<String> pipelines) {
        List<Row> rows = jdbc.sql("""
                        SELECT open.*, w.topic, w.partition, w.generation, w."offset",
                            octet_length(w.request_payload) + coalesce(octet_length(w.response_payload), 0)
                                + coalesce(octet_length(w.message), 0) AS bytes
                        FROM unnest(cast(:pipelines AS text[])) AS here,
                            LATERAL (SELECT * FROM wait_resume WHERE pipeline = here AND claim IS NULL
                                     ORDER BY wait LIMIT :limit FOR UPDATE SKIP LOCKED) AS open
                            JOIN wait w ON w.seq = open.wait
                        LIMIT :limit""")
                .param("pipelines", pipelines.toArray(String[]::new))
                .param("limit", LOOKED_AT)
                .query((row, number) -> new Row(
                        new Place(
                                row.getString("pipeline"),
                                row.getInt("version"),
                                row.getString("step"),
                                row.getString("topic"),
                                row.getInt("partition"),
                                row.getInt("generation")),
                        row.getLong("wait"),
                        row.getLong("offset"),
                        row.getLong("bytes")))
                .list();
        List<Ready> ready = rows.stream()
                .collect(Collectors.groupingBy(Row::place, LinkedHashMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(place -> ready(place.getKey(), place.getValue()))
                .toList();
        int taken = ready.stream().mapToInt(each -> each.waits().size()).sum();
        return new Round(ready, rows.size() == LOOKED_AT || taken < rows.size());
    }

    /** Those of the pipelines that have rows to go on which nobody has taken. */
    public Set<String> waitingFor(Collection<String> pipelines) {
        return new HashSet<>(jdbc.sql("""
                        SELECT here FROM unnest(cast(:pipelines AS text[])) AS here
                        WHERE EXISTS (SELECT FROM wait_resume WHERE pipeline = here AND claim IS NULL)""")
                .param("pipelines", pipelines.toArray(String[]::new))
                .query(String.class)
                .list());
    }

    /** As many as are not too much for one batch. */
    private static Ready ready(Place place, List<Row> rows) {
        List<Row> together = new ArrayList<>();
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.bytes;
            if (together.size() == ROWS || (bytes > BYTES && !together.isEmpty())) {
                break;
            }
            together.add(row);
        }
        together.sort(Comparator.comparingLong(Row::offset));
        return new Ready(
                place.pipeline,
                place.version,
                place.step,
                place.topic,
                place.partition,
                place.generation,
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
                        WHERE r.claim = :claim AND NOT r.done ORDER BY w."offset\"""")
                .param("claim", claim)
                .query((row, number) -> new Resumable(
                        WaitRows.read(row, number),
                        row.getString("request_payload"),
                        row.getLong("offset"),
                        row.getBytes("message_key"),
                        row.getString("message_headers"),
                        Objects.requireNonNull(row.getTimestamp("message_time")).toInstant(),
                        row.getBytes("message"),
                        row.getString("trace")))
                .list();
    }

    /** The rows of a claim have gone on. */
    public void done(UUID claim) {
        jdbc.sql("UPDATE wait_resume SET done = true WHERE claim = :claim AND NOT done")
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
