package dev.caravan.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables of the monitor events. Whoever writes holds the lock of {@link #lock}. */
@Repository
final class EventStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcClient jdbc;

    EventStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks what is monitored of a pipeline until the transaction ends; empty when there is no such pipeline. */
    Optional<Monitored> lock(String pipeline) {
        return jdbc.sql("""
                        INSERT INTO monitored (project, name, pipeline)
                        SELECT project, name, id FROM pipeline WHERE id = :pipeline
                        ON CONFLICT (project, name) DO UPDATE SET pipeline = excluded.pipeline
                        RETURNING *""")
                .param("pipeline", pipeline)
                .query(EventRows::monitored)
                .optional();
    }

    /** The same of a document that does not compile, which may have made a pipeline before. */
    Monitored lock(String project, String name, String file) {
        return jdbc.sql("""
                        INSERT INTO monitored (project, name, file) VALUES (:project, :name, :file)
                        ON CONFLICT (project, name) DO UPDATE SET file = excluded.file
                        RETURNING *""")
                .param("project", project)
                .param("name", name)
                .param("file", file)
                .query(EventRows::monitored)
                .single();
    }

    Optional<Monitored> find(String project, String name) {
        return jdbc.sql("SELECT * FROM monitored WHERE project = :project AND (name = :name OR pipeline = :name)")
                .param("project", project)
                .param("name", name)
                .query(EventRows::monitored)
                .optional();
    }

    /** A pipeline that no event was written about; no event has its number. */
    Optional<Monitored> silent(String project, String name) {
        return jdbc.sql("""
                        SELECT -1 AS seq, project, name, id AS pipeline, 'Success' AS program, NULL AS program_error,
                            created_at AS program_since, created_at AS status_since
                        FROM pipeline WHERE project = :project AND (name = :name OR id = :name)""")
                .param("project", project)
                .param("name", name)
                .query(EventRows::monitored)
                .optional();
    }

    /** Files that never made a pipeline. */
    List<Monitored> broken(String project) {
        return jdbc.sql("SELECT * FROM monitored WHERE project = :project AND pipeline IS NULL ORDER BY name")
                .param("project", project)
                .query(EventRows::monitored)
                .list();
    }

    /** @return whether that is news */
    boolean setProgram(long seq, Program program, @Nullable JsonNode error) {
        return jdbc.sql("""
                        UPDATE monitored SET program = :program, program_error = cast(:error AS json), program_since = now()
                        WHERE seq = :seq AND (program <> :program OR program_error::text IS DISTINCT FROM :error)""")
                        .param("program", program.wireName())
                        .param("error", error == null ? null : error.toString(), java.sql.Types.VARCHAR)
                        .param("seq", seq)
                        .update()
                > 0;
    }

    /** Forgets files that never made a pipeline and are not there any more. */
    void forgetFiles(String project, List<String> present) {
        jdbc.sql("DELETE FROM monitored WHERE project = :project AND pipeline IS NULL AND file <> ALL(:present)")
                .param("project", project)
                .param("present", present.toArray(String[]::new))
                .update();
    }

    void forget(String pipeline) {
        jdbc.sql("DELETE FROM monitored WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }

    Optional<MonitorEvent> latest(long seq) {
        return jdbc.sql("SELECT * FROM monitor_event WHERE monitored = :seq ORDER BY event_id DESC LIMIT 1")
                .param("seq", seq)
                .query(EventRows::event)
                .optional();
    }

    Optional<MonitorEvent> find(long seq, UUID id) {
        return jdbc.sql("SELECT * FROM monitor_event WHERE monitored = :seq AND event_id = :id")
                .param("seq", seq)
                .param("id", id)
                .query(EventRows::event)
                .optional();
    }

    /**
     * Newest first.
     *
     * @param before only those before it
     * @param since from this moment on
     * @param until before this moment
     */
    List<MonitorEvent> list(
            long seq, @Nullable UUID before, @Nullable Instant since, @Nullable Instant until, int limit) {
        return jdbc.sql("""
                        SELECT * FROM monitor_event
                        WHERE monitored = :seq AND (cast(:before AS uuid) IS NULL OR event_id < :before)
                            AND (cast(:since AS timestamptz) IS NULL OR recorded_at >= :since)
                            AND (cast(:until AS timestamptz) IS NULL OR recorded_at < :until)
                        ORDER BY event_id DESC LIMIT :limit""")
                .param("seq", seq)
                .param("before", before, java.sql.Types.OTHER)
                .param(
                        "since",
                        since == null ? null : since.atOffset(ZoneOffset.UTC),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param(
                        "until",
                        until == null ? null : until.atOffset(ZoneOffset.UTC),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param("limit", limit)
                .query(EventRows::event)
                .list();
    }

    /** Oldest first. */
    List<MonitorEvent> after(long seq, UUID last, int limit) {
        return jdbc.sql(
                        "SELECT * FROM monitor_event WHERE monitored = :seq AND event_id > :last ORDER BY event_id LIMIT :limit")
                .param("seq", seq)
                .param("last", last)
                .param("limit", limit)
                .query(EventRows::event)
                .list();
    }

    boolean exists(long seq) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM monitored WHERE seq = :seq)")
                .param("seq", seq)
                .query(Boolean.class)
                .single();
    }

    /** Pipelines that had no event for so long. */
    List<String> silentFor(Duration silence, int limit) {
        return jdbc.sql("""
                        SELECT pipeline FROM monitored m
                        WHERE pipeline IS NOT NULL AND clock_timestamp() - make_interval(secs => :seconds) >=
                            (SELECT recorded_at FROM monitor_event WHERE monitored = m.seq ORDER BY event_id DESC LIMIT 1)
                        LIMIT :limit""")
                .param("seconds", silence.toMillis() / 1e3)
                .param("limit", limit)
                .query(String.class)
                .list();
    }

    /** The database's clock, later than the event before. */
    Instant now(@Nullable Instant last) {
        Instant now = jdbc.sql("SELECT clock_timestamp()")
                .query((row, number) -> EventRows.instant(row, "clock_timestamp"))
                .single();
        return last == null || now.isAfter(last) ? now : last.plus(1, ChronoUnit.MICROS);
    }

    void append(long seq, MonitorEvent event) {
        Deployment at = event.deployment();
        Runtime runtime = at.runtime();
        Runtime runtimeDesired = at.runtimeDesired();
        jdbc.sql("""
                        INSERT INTO monitor_event (monitored, event_id, recorded_at, status, resources, resources_desired,
                            runtime, runtime_desired, has_error, program, storage, details, cause, actor, previous, duration_ms)
                        VALUES (:seq, :id, :at, :status, :resources, :desired, :runtime, :runtimeDesired, :error, :program,
                            :storage, cast(:details AS json), :cause, :actor, :previous, :duration)""")
                .param("seq", seq)
                .param("id", event.id())
                .param("at", event.recordedAt().atOffset(ZoneOffset.UTC))
                .param("status", at.status().name())
                .param("resources", at.resources().name())
                .param("desired", at.desired().name())
                .param("runtime", runtime == null ? null : runtime.name(), java.sql.Types.VARCHAR)
                .param("runtimeDesired", runtimeDesired == null ? null : runtimeDesired.name(), java.sql.Types.VARCHAR)
                .param("error", at.hasError())
                .param("program", at.program().name())
                .param("storage", at.storage().name())
                .param("details", text(event.details()))
                .param("cause", event.cause())
                .param("actor", event.actor(), java.sql.Types.VARCHAR)
                .param("previous", event.previous(), java.sql.Types.VARCHAR)
                .param("duration", event.durationMillis(), java.sql.Types.BIGINT)
                .update();
    }

    void setStatusSince(long seq, Instant since) {
        jdbc.sql("UPDATE monitored SET status_since = :since WHERE seq = :seq")
                .param("since", since.atOffset(ZoneOffset.UTC))
                .param("seq", seq)
                .update();
    }

    static String text(MonitorEvent.Details details) {
        try {
            // PostgreSQL's json holds no NUL
            return JSON.writeValueAsString(details).replace("\\u0000", "\uFFFD");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
