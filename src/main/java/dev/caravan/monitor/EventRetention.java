package dev.caravan.monitor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lets old events go, by their number and by their age; the newest event of a pipeline always stays. */
@Component
final class EventRetention {
    private static final Logger LOG = LoggerFactory.getLogger(EventRetention.class);

    private static final String OLD = """
            SELECT e.monitored, e.event_id FROM monitored m CROSS JOIN LATERAL (
                SELECT monitored, event_id, recorded_at, row_number() OVER (ORDER BY event_id DESC) AS number
                FROM monitor_event WHERE monitored = m.seq) e
            WHERE e.number > :events OR (e.number > 1 AND e.recorded_at < clock_timestamp() - make_interval(secs => :seconds))
            """;

    private final JdbcClient jdbc;
    private final MonitorSettings settings;
    private long told;

    EventRetention(JdbcClient jdbc, MonitorSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** How many events went, or would go in a dry run. */
    long clean() {
        orphans();
        if (settings.dryRun()) {
            return dryRun();
        }
        return jdbc.sql("DELETE FROM monitor_event WHERE (monitored, event_id) IN (" + OLD + ")")
                .param("events", settings.events())
                .param("seconds", settings.keep().toSeconds())
                .update();
    }

    private synchronized long dryRun() {
        long would = jdbc.sql("SELECT count(*) FROM (" + OLD + ") old")
                .param("events", settings.events())
                .param("seconds", settings.keep().toSeconds())
                .query(Long.class)
                .single();
        if (would != told) {
            LOG.info("Retention of monitor events is a dry run: {} of them would be deleted", would);
            told = would;
        }
        return would;
    }

    /** A replica may have told of a pipeline while another one deleted it. */
    private void orphans() {
        jdbc.sql("""
                        DELETE FROM monitored m
                        WHERE pipeline IS NOT NULL AND NOT EXISTS (SELECT FROM pipeline p WHERE p.id = m.pipeline)""").update();
    }
}
