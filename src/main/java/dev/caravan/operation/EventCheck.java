package dev.caravan.operation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.web.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the events that would become dead letters, so that they are refused while their sender still listens. */
final class EventCheck {
    private final Map<String, String> schema;
    private final Map<String, ColumnType> types = new HashMap<>();
    private final Columns columns;

    /** @param schema declared columns with their DuckDB types; empty when they are inferred */
    EventCheck(Map<String, String> schema) {
        this.schema = schema;
        schema.forEach((column, type) -> types.put(column, ColumnType.of(type)));
        columns = new Columns(types);
    }

    /** The same, for a look without a parser. */
    Columns columns() {
        return columns;
    }

    /** @param path JSON pointer into the event */
    record Refusal(String path, String reason) {}

    /** @param key of the message, when the event has a value there */
    record Verdict(@Nullable Refusal refusal, byte @Nullable [] key) {
        static final Verdict FIT = new Verdict(null, null);
    }

    /**
     * Looks at the event whose first token is the current one, in one pass.
     *
     * @param at is left at the event's last token
     * @param keyField whose value becomes the key; null for none
     */
    Verdict verdict(JsonParser at, @Nullable String keyField) throws IOException {
        if (at.currentToken() != JsonToken.START_OBJECT) {
            at.skipChildren();
            return new Verdict(new Refusal("", "is not a JSON object"), null);
        }
        Refusal refusal = null;
        byte[] key = null;
        while (at.nextToken() != JsonToken.END_OBJECT) {
            String name = at.currentName();
            at.nextToken();
            ColumnType type = types.get(name);
            boolean fits;
            if (name.equals(keyField) && at.currentToken().isStructStart()) {
                key = StrictJson.valueAt(at);
                fits = type == null || fits(key, type);
            } else {
                if (name.equals(keyField) && at.currentToken() != JsonToken.VALUE_NULL) {
                    key = at.getText().getBytes(StandardCharsets.UTF_8);
                }
                fits = fits(at, type);
            }
            if (!fits && refusal == null) {
                refusal = new Refusal(pointer(name), "does not fit the declared type " + schema.get(name));
            }
        }
        return refusal == null && key == null ? Verdict.FIT : new Verdict(refusal, key);
    }

    private static boolean fits(JsonParser at, @Nullable ColumnType type) throws IOException {
        if (type == null) {
            at.skipChildren();
            return true;
        }
        return type.fits(at);
    }

    private static boolean fits(byte[] value, ColumnType type) throws IOException {
        try (JsonParser at = StrictJson.parser(value, 0, value.length)) {
            at.nextToken();
            return type.fits(at);
        }
    }

    private static String pointer(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
