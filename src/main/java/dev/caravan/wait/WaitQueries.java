package dev.caravan.wait;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What is known of waits. */
@Repository
final class WaitQueries {
    /** Bytes of payloads on one page; a page ends early rather than be larger, but has one wait at least. */
    private static final long PAGE_BYTES = 16 << 20;

    private final JdbcClient jdbc;

    WaitQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The live wait of a key, or the one that ended last. */
    Optional<Wait> find(String project, String key) {
        return jdbc.sql("""
                        SELECT %s FROM (
                            (SELECT * FROM wait WHERE project = :project AND event_key = :key AND status = 'waiting')
                            UNION ALL
                            (SELECT * FROM wait WHERE project = :project AND event_key = :key
                                AND status IN ('received', 'timed_out', 'canceled') ORDER BY seq DESC LIMIT 1)) AS known
                        ORDER BY seq DESC LIMIT 1""".formatted(WaitRows.COLUMNS))
                .param("project", project)
                .param("key", key)
                .query(WaitRows::read)
                .optional();
    }

    Set<String> taken(String project, List<String> keys) {
        return new HashSet<>(jdbc.sql("""
                        SELECT event_key FROM wait
                        WHERE project = :project AND event_key = ANY(:keys) AND status = 'waiting'
                            AND expires_at > clock_timestamp()""")
                .param("project", project)
                .param("keys", keys.toArray(String[]::new))
                .query(String.class)
                .list());
    }

    Optional<Wait> find(long seq) {
        return jdbc.sql("SELECT " + WaitRows.COLUMNS + " FROM wait WHERE seq = :seq AND status <> 'buffered'")
                .param("seq", seq)
                .query(WaitRows::read)
                .optional();
    }

    /** Those of the numbers whose waits are not waiting any more; with null where the wait is gone altogether. */
    Map<Long, Optional<Wait>> ended(Collection<Long> seqs) {
        Map<Long, Optional<Wait>> ended = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT asked, wait.* FROM unnest(cast(:seqs AS bigint[])) AS asked LEFT JOIN wait ON seq = asked
                        WHERE status IS DISTINCT FROM 'waiting'""")
                .param("seqs", seqs.toArray(Long[]::new))
                .query((row, number) -> ended.put(row.getLong("asked"), readOrGone(row, number)))
                .list();
        return ended;
    }

    private static Optional<Wait> readOrGone(ResultSet row, int number) throws SQLException {
        return row.getString("status") == null ? Optional.empty() : Optional.of(WaitRows.read(row, number));
    }

    /** Each status has its own part of the index (of {@code seq > 0}); the page is merged from the newest of those parts. */
    WaitPage list(String project, WaitFilter filter, WaitPage.@Nullable Place after, int limit) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        String condition = condition(filter, after, parameters);
        Stream<WaitStatus> statuses =
                filter.status() == null ? Stream.of(WaitStatus.values()) : Stream.of(filter.status());
        String heads = statuses.map(status -> """
                        (SELECT * FROM wait WHERE project = :project AND status = '%s' AND seq > 0%s
                         ORDER BY requested_at DESC, seq DESC LIMIT :limit)""".formatted(status.id(), condition))
                .collect(Collectors.joining("\nUNION ALL\n"));
        List<Long> sizes = new ArrayList<>();
        List<Wait> found = jdbc.sql("""
                        SELECT %1$s, sum(bytes) OVER (ORDER BY requested_at DESC, seq DESC) AS size FROM (
                            SELECT *, coalesce(octet_length(request_payload), 0)
                                + coalesce(octet_length(response_payload), 0) AS bytes
                            FROM (%2$s) AS heads ORDER BY requested_at DESC, seq DESC LIMIT :limit) AS page
                        ORDER BY requested_at DESC, seq DESC""".formatted(shown(), heads))
                .param("project", project)
                .param("limit", limit + 1)
                .params(parameters)
                .query((row, number) -> {
                    sizes.add(row.getLong("size"));
                    return WaitRows.read(row, number);
                })
                .list();
        int end = Math.min(limit, found.size());
        while (end > 1 && sizes.get(end - 1) > PAGE_BYTES) {
            end--;
        }
        return new WaitPage(found.subList(0, end), found.size() > end);
    }

    /** The columns, but payloads that the page has no room for stay in the database. */
    private static String shown() {
        String room = "CASE WHEN sum(bytes) OVER (ORDER BY requested_at DESC, seq DESC) <= " + PAGE_BYTES
                + " OR row_number() OVER (ORDER BY requested_at DESC, seq DESC) = 1 THEN %1$s END AS %1$s";
        return WaitRows.COLUMNS
                .replace("request_payload", room.formatted("request_payload"))
                .replace("response_payload", room.formatted("response_payload"));
    }

    private static String condition(WaitFilter filter, WaitPage.@Nullable Place after, Map<String, Object> parameters) {
        StringBuilder sql = new StringBuilder();
        if (filter.run() != null) {
            sql.append(" AND run = :run");
            parameters.put("run", filter.run());
        }
        if (filter.ofPipelines() != null) {
            sql.append(filter.ofPipelines() ? " AND pipeline IS NOT NULL" : " AND pipeline IS NULL");
        }
        if (filter.prefix() != null) {
            KeyRange keys = KeyRange.of(filter.prefix());
            sql.append(" AND event_key >= :first AND event_key < :end");
            parameters.put("first", keys.first());
            parameters.put("end", keys.end());
        }
        if (filter.pipeline() != null) {
            sql.append(" AND pipeline = (SELECT p.id FROM pipeline p WHERE p.project = :project"
                    + " AND (p.id = :pipeline OR p.name = :pipeline) LIMIT 1)");
            parameters.put("pipeline", filter.pipeline());
        }
        if (filter.since() != null) {
            sql.append(" AND requested_at >= :since");
            parameters.put("since", WaitRows.utc(filter.since()));
        }
        if (filter.until() != null) {
            sql.append(" AND requested_at < :until");
            parameters.put("until", WaitRows.utc(filter.until()));
        }
        if (after != null) {
            sql.append(" AND (requested_at, seq) < (:after_time, :after_seq)");
            parameters.put("after_time", WaitRows.utc(after.requestedAt()));
            parameters.put("after_seq", after.seq());
        }
        return sql.toString();
    }

    /** @param since counts only what was requested from then on, which takes the longer the more that is; null for all */
    WaitStats stats(String project, @Nullable Instant since) {
        String all = """
                SELECT sum(waiting) AS waiting, sum(received) AS received, sum(timed_out) AS timed_out,
                    sum(canceled) AS canceled, sum(waited) AS waited
                FROM wait_count WHERE project = :project""";
        String some = """
                SELECT count(*) FILTER (WHERE status = 'waiting') AS waiting,
                    count(*) FILTER (WHERE status = 'received') AS received,
                    count(*) FILTER (WHERE status = 'timed_out') AS timed_out,
                    count(*) FILTER (WHERE status = 'canceled') AS canceled,
                    (sum(extract(epoch FROM received_at - requested_at)) * 1000000)::bigint AS waited
                FROM wait
                WHERE project = :project AND status IN ('waiting', 'received', 'timed_out', 'canceled') AND seq > 0
                    AND requested_at >= :since""";
        JdbcClient.StatementSpec asked =
                since == null ? jdbc.sql(all) : jdbc.sql(some).param("since", WaitRows.utc(since));
        return asked.param("project", project)
                .query((row, number) -> new WaitStats(
                        row.getLong("waiting"),
                        row.getLong("received"),
                        row.getLong("timed_out"),
                        row.getLong("canceled"),
                        row.getLong("waited")))
                .single();
    }
}
