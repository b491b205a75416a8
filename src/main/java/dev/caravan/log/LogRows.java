package dev.caravan.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of the logs. */
final class LogRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> FIELDS = new TypeReference<>() {};

    private final JdbcTemplate template;
    private final JdbcClient jdbc;

    LogRows(JdbcTemplate template) {
        this.template = template;
        this.jdbc = JdbcClient.create(template);
    }

    void insert(List<PipelineLog.Pending> entries) {
        template.batchUpdate(
                "INSERT INTO pipeline_log (pipeline, time, level, replica, message, fields) "
                        + "VALUES (?, ?, ?, ?, ?, cast(? AS jsonb))",
                entries,
                entries.size(),
                (statement, pending) -> {
                    LogEntry entry = pending.entry();
                    statement.setString(1, pending.pipeline());
                    statement.setObject(2, entry.time().atOffset(ZoneOffset.UTC));
                    statement.setInt(3, entry.level().ordinal());
                    statement.setString(4, entry.replica());
                    // PostgreSQL's text holds no NUL
                    statement.setString(5, entry.message().replace("\0", "\uFFFD"));
                    statement.setString(6, write(entry.fields()).replace("\\u0000", "\uFFFD"));
                });
    }

    List<LogEntry> read(String pipeline, LogLevel from, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT * FROM pipeline_log
                        WHERE pipeline = :pipeline AND level >= :level AND (cast(:before AS bigint) IS NULL OR seq < :before)
                        ORDER BY seq DESC LIMIT :limit""")
                .param("pipeline", pipeline)
                .param("level", from.ordinal())
                .param("before", before, Types.BIGINT)
                .param("limit", limit)
                .query(LogRows::entry)
                .list();
    }

    List<LogEntry> after(String pipeline, long cursor, int limit) {
        return jdbc.sql(
                        "SELECT * FROM pipeline_log WHERE pipeline = :pipeline AND seq > :cursor ORDER BY seq LIMIT :limit")
                .param("pipeline", pipeline)
                .param("cursor", cursor)
                .param("limit", limit)
                .query(LogRows::entry)
                .list();
    }

    long count(String pipeline, LogLevel from, Instant since) {
        return jdbc.sql(
                        "SELECT count(*) FROM pipeline_log WHERE pipeline = :pipeline AND level >= :level AND time >= :since")
                .param("pipeline", pipeline)
                .param("level", from.ordinal())
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    void retain(Instant since, int entries) {
        jdbc.sql("DELETE FROM pipeline_log WHERE time < :since")
                .param("since", since.atOffset(ZoneOffset.UTC))
                .update();
        jdbc.sql("""
                        DELETE FROM pipeline_log l USING (
                            SELECT p.pipeline, (SELECT seq FROM pipeline_log n WHERE n.pipeline = p.pipeline
                                                ORDER BY seq DESC OFFSET :entries LIMIT 1) AS last
                            FROM (SELECT DISTINCT pipeline FROM pipeline_log) p) old
                        WHERE l.pipeline = old.pipeline AND l.seq <= old.last""").param("entries", entries).update();
    }

    void forget(String pipeline) {
        jdbc.sql("DELETE FROM pipeline_log WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }

    private static LogEntry entry(ResultSet row, int number) throws SQLException {
        return new LogEntry(
                row.getLong("seq"),
                row.getObject("time", OffsetDateTime.class).toInstant(),
                LogLevel.values()[row.getInt("level")],
                row.getString("replica"),
                row.getString("message"),
                read(row.getString("fields")));
    }

    private static Map<String, Object> read(String json) {
        try {
            return JSON.readValue(json, FIELDS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored log entry is not JSON", e);
        }
    }

    private static String write(Map<String, Object> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
