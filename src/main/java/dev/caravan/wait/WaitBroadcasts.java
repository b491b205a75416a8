package dev.caravan.wait;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** One signal for all waits of a prefix. */
@Repository
final class WaitBroadcasts {
    /** Bytes of payloads that are given back with the waits of one statement; waits beyond come without being named. */
    private static final long SHOWN_BYTES = 16 << 20;

    /**
     * What one statement did.
     *
     * @param waits those that were ended, by key, as far as they are shown
     * @param resolved how many were ended
     * @param last the last key of them; null when there were none
     */
    record Chunk(List<Wait> waits, int resolved, @Nullable String last) {}

    // rows are locked in the order of their keys, so that broadcasts never wait for each other in a circle
    private static final String SEND = """
            WITH picked AS MATERIALIZED (
                SELECT seq AS picked_seq, event_key AS picked_key FROM wait
                WHERE project = :project AND status = 'waiting' AND expires_at > now()
                    AND event_key >= :first AND event_key < :end
                ORDER BY event_key LIMIT :limit FOR UPDATE),
            changed AS (
                UPDATE wait SET status = 'received', response_payload = :payload, received_at = now(), ended_at = now(),
                    sent_by = :by, trace = :trace
                FROM picked WHERE seq = picked_seq AND status = 'waiting' RETURNING %s),
            %s""";

    private static final String NAMED =
            SEND.formatted(WaitRows.COLUMNS, WaitRows.ENDED) + """
            ,
            sized AS (
                SELECT %1$s, count(*) OVER () AS resolved, (SELECT max(picked_key) FROM picked) AS last,
                    sum(coalesce(octet_length(request_payload), 0) + coalesce(octet_length(response_payload), 0))
                        OVER (ORDER BY event_key) AS bytes
                FROM changed)
            SELECT * FROM sized WHERE bytes <= :bytes OR event_key = (SELECT min(event_key) FROM changed)
            ORDER BY event_key""".formatted(WaitRows.COLUMNS);

    private static final String COUNTED =
            SEND.formatted("seq, project, status, requested_at, received_at, pipeline, version, step", WaitRows.ENDED)
                    + "\nSELECT count(*) AS resolved, (SELECT max(picked_key) FROM picked) AS last FROM changed";

    private final JdbcClient jdbc;

    WaitBroadcasts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Ends up to {@code limit} waits, all of them or none, and tells which. */
    Chunk send(String project, KeyRange keys, @Nullable String payload, String by, int limit) {
        List<Wait> waits = new ArrayList<>();
        int[] resolved = {0};
        String[] last = {null};
        statement(NAMED, project, keys, payload, by, limit)
                .param("bytes", SHOWN_BYTES)
                .query((row, number) -> {
                    resolved[0] = row.getInt("resolved");
                    last[0] = row.getString("last");
                    return waits.add(WaitRows.read(row, number));
                })
                .list();
        return new Chunk(waits, resolved[0], last[0]);
    }

    /** Like {@link #send}, but tells only how many. */
    Chunk sendUnnamed(String project, KeyRange keys, @Nullable String payload, String by, int limit) {
        return statement(COUNTED, project, keys, payload, by, limit)
                .query((row, number) -> new Chunk(List.of(), row.getInt("resolved"), row.getString("last")))
                .single();
    }

    private JdbcClient.StatementSpec statement(
            String sql, String project, KeyRange keys, @Nullable String payload, String by, int limit) {
        return jdbc.sql(sql)
                .param("project", project)
                .param("first", keys.first())
                .param("end", keys.end())
                .param("payload", payload, java.sql.Types.VARCHAR)
                .param("by", by)
                .param("trace", Sending.currentTrace(), java.sql.Types.VARCHAR)
                .param("limit", limit);
    }

    /** How many are waiting. */
    long remaining(String project, KeyRange keys) {
        return jdbc.sql("""
                        SELECT count(*) FROM wait
                        WHERE project = :project AND status = 'waiting' AND expires_at > now()
                            AND event_key >= :first AND event_key < :end""")
                .param("project", project)
                .param("first", keys.first())
                .param("end", keys.end())
                .query(Long.class)
                .single();
    }
}
