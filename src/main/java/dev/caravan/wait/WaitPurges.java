package dev.caravan.wait;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Forgets ended waits, but none whose message has not gone on yet. */
@Repository
final class WaitPurges {
    private static final String OLD = """
            project = :project AND status IN ('received', 'timed_out', 'canceled') AND seq > 0
            AND requested_at <= now() - make_interval(secs => :secs) AND ended_at <= now() - make_interval(secs => :secs)
            AND (pipeline IS NULL OR NOT EXISTS (SELECT FROM wait_resume WHERE wait_resume.wait = seq AND NOT done))""";

    private static final String PURGE = """
            WITH old AS (SELECT seq AS old_seq FROM wait WHERE %s LIMIT :limit FOR UPDATE SKIP LOCKED),
            gone AS (DELETE FROM wait USING old WHERE seq = old_seq RETURNING project, status, requested_at, received_at),
            forgotten AS (DELETE FROM wait_resume USING old WHERE wait = old_seq),
            counted AS (
                INSERT INTO wait_count AS c (project, slot, waiting, received, timed_out, canceled, waited)
                SELECT project, pg_backend_pid() %% 64, 0, -count(*) FILTER (WHERE status = 'received'),
                    -count(*) FILTER (WHERE status = 'timed_out'), -count(*) FILTER (WHERE status = 'canceled'),
                    -coalesce(sum(extract(epoch FROM received_at - requested_at) * 1000000), 0)::bigint
                FROM gone GROUP BY project
                ON CONFLICT (project, slot) DO UPDATE
                SET received = c.received + excluded.received, timed_out = c.timed_out + excluded.timed_out,
                    canceled = c.canceled + excluded.canceled, waited = c.waited + excluded.waited)
            SELECT count(*) FROM gone""".formatted(OLD);

    private final JdbcClient jdbc;

    WaitPurges(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Forgets up to {@code limit} waits that ended so long ago or earlier; returns how many. */
    long purge(String project, Duration age, int limit) {
        return jdbc.sql(PURGE)
                .param("project", project)
                .param("secs", age.toSeconds())
                .param("limit", limit)
                .query(Long.class)
                .single();
    }

    /** How many that would be. */
    long purgeable(String project, Duration age) {
        return jdbc.sql("SELECT count(*) FROM wait WHERE " + OLD)
                .param("project", project)
                .param("secs", age.toSeconds())
                .query(Long.class)
                .single();
    }

    /** Projects that have waits, or had some. */
    List<String> projects() {
        return jdbc.sql("SELECT DISTINCT project FROM wait_count")
                .query(String.class)
                .list();
    }
}
