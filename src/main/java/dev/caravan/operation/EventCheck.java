package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Finds the events that would become dead letters, so that they are refused while their sender still listens. */
final class EventCheck {
    private final Map<String, String> schema;
    private final Map<String, ColumnType> types = new LinkedHashMap<>();

    /** @param schema declared columns with their DuckDB types; empty when they are inferred */
    EventCheck(Map<String, String> schema) {
        this.schema = schema;
        schema.forEach((column, type) -> types.put(column, ColumnType.of(type)));
    }

    /** @param path JSON pointer into the event */
    record Refusal(String path, String reason) {}

    Optional<Refusal> refusal(JsonNode event) {
        if (!event.isObject()) {
            return Optional.of(new Refusal("", "is not a JSON object"));
        }
        for (Map.Entry<String, ColumnType> column : types.entrySet()) {
            JsonNode value = event.get(column.getKey());
            if (value != null && !column.getValue().fits(value)) {
                return Optional.of(new Refusal(
                        "/" + column.getKey().replace("~", "~0").replace("/", "~1"),
                        "does not fit the declared type " + schema.get(column.getKey())));
            }
        }
        return Optional.empty();
    }
}
