package dev.caravan.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.lifecycle.PipelineStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads rows of the monitor's tables. */
final class EventRows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventRows() {}

    static Monitored monitored(ResultSet row, int number) throws SQLException {
        return new Monitored(
                row.getLong("seq"),
                row.getString("project"),
                row.getString("name"),
                row.getString("pipeline"),
                program(row.getString("program")),
                json(row.getString("program_error")),
                instant(row, "program_since"),
                instant(row, "status_since"));
    }

    static MonitorEvent event(ResultSet row, int number) throws SQLException {
        String runtime = row.getString("runtime");
        String runtimeDesired = row.getString("runtime_desired");
        Deployment deployment = new Deployment(
                PipelineStatus.valueOf(row.getString("status")),
                Resources.valueOf(row.getString("resources")),
                Resources.valueOf(row.getString("resources_desired")),
                runtime == null ? null : Runtime.valueOf(runtime),
                runtimeDesired == null ? null : Runtime.valueOf(runtimeDesired),
                row.getBoolean("has_error"),
                Program.valueOf(row.getString("program")),
                Storage.valueOf(row.getString("storage")));
        return new MonitorEvent(
                row.getObject("event_id", UUID.class),
                instant(row, "recorded_at"),
                deployment,
                details(row.getString("details")),
                row.getString("cause"),
                row.getString("actor"),
                row.getString("previous"),
                (Long) row.getObject("duration_ms"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Program program(String wireName) {
        return Arrays.stream(Program.values())
                .filter(program -> program.wireName().equals(wireName))
                .findAny()
                .orElseThrow(() -> new IllegalStateException(wireName));
    }

    private static MonitorEvent.Details details(String text) {
        JsonNode details = json(text);
        if (details == null) {
            return new MonitorEvent.Details(null, null, null, null);
        }
        return new MonitorEvent.Details(
                part(details, "resources"), part(details, "runtime"), part(details, "error"), part(details, "storage"));
    }

    private static @Nullable JsonNode part(JsonNode details, String name) {
        JsonNode part = details.get(name);
        return part == null || part.isNull() ? null : part;
    }

    private static @Nullable JsonNode json(@Nullable String text) {
        try {
            return text == null ? null : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was stored is not JSON", e);
        }
    }
}
