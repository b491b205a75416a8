package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.pipeline.Transformation;
import dev.caravan.web.Fields;
import org.jspecify.annotations.Nullable;

/** The parameters of {@code transform}: a query, steps, a schema, or the number of an older version. */
final class TransformRequest {
    private TransformRequest() {}

    static Operation read(Fields in) {
        return new Operation.Transform(OperationRequest.pipeline(in), change(in, true));
    }

    /** @param required whether there has to be a change; otherwise the change of no field means nothing */
    static Transformation change(Fields in, boolean required) {
        String sql = in.text("sql");
        String step = in.text("step");
        ArrayNode steps = array(in, "steps");
        ObjectNode schema = in.has("schema") ? in.object("schema") : null;
        Long version = in.number("version", 1, Integer.MAX_VALUE);
        int ways = (sql == null ? 0 : 1) + (steps == null ? 0 : 1) + (version == null ? 0 : 1);
        if (ways > 1 || required && ways == 0 && schema == null || version != null && schema != null) {
            in.wrong("sql", "give one of sql, steps and version; schema may stand alone or beside sql or steps");
        }
        if (step != null && sql == null) {
            in.wrong("step", "names the step that gets sql, which is missing");
        }
        return change(sql, step, steps, schema, version);
    }

    private static Transformation change(
            @Nullable String sql,
            @Nullable String step,
            @Nullable ArrayNode steps,
            @Nullable ObjectNode schema,
            @Nullable Long version) {
        if (version != null) {
            return new Transformation.Back(version.intValue());
        }
        if (steps != null) {
            return new Transformation.Steps(steps, schema);
        }
        // what is wrong is thrown by the check of the fields, before anything is done
        return sql == null && schema != null
                ? new Transformation.Columns(schema)
                : new Transformation.Query(sql == null ? "" : sql, step, schema);
    }

    private static @Nullable ArrayNode array(Fields in, String name) {
        JsonNode value = in.any(name);
        if (value != null && !(value instanceof ArrayNode)) {
            in.wrong(name, "has to be an array");
        }
        return value instanceof ArrayNode array ? array : null;
    }
}
