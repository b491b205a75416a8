package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** How a pipeline's steps are to change. What comes out is checked and compiled like any document. */
public sealed interface Transformation {
    /**
     * Applies the change to the current document.
     *
     * @param versions the document of each older version
     * @throws Problem {@code pipeline.invalid} with pointers into the parameters of {@code transform}
     */
    ObjectNode apply(ObjectNode document, IntFunction<ObjectNode> versions);

    /**
     * Another query for one SQL step.
     *
     * @param step its name; null when there is only one
     * @param schema other columns of the messages; null to leave them
     */
    record Query(
            String sql, @Nullable String step, @Nullable ObjectNode schema) implements Transformation {
        private static final String SQL = "sql-transform-action";

        @Override
        public ObjectNode apply(ObjectNode document, IntFunction<ObjectNode> versions) {
            List<ObjectNode> queries = new ArrayList<>();
            for (JsonNode each : document.path("steps")) {
                if (each.path("kamelet").asText().equals(SQL)) {
                    queries.add((ObjectNode) each);
                }
            }
            List<String> names =
                    queries.stream().map(each -> each.path("name").asText()).toList();
            ((ObjectNode) chosen(queries, names).path("properties")).put("query", sql);
            return withSchema(document, schema);
        }

        private ObjectNode chosen(List<ObjectNode> queries, List<String> names) {
            if (queries.isEmpty()) {
                throw refused("/sql", "the pipeline has no SQL step: give steps instead");
            }
            if (step == null) {
                if (queries.size() > 1) {
                    throw refused("/step", "is required: the pipeline has the SQL steps " + String.join(", ", names));
                }
                return queries.get(0);
            }
            int index = names.indexOf(step);
            if (index < 0) {
                throw refused("/step", "is not an SQL step: there is " + String.join(", ", names));
            }
            return queries.get(index);
        }
    }

    /** Other steps altogether; the last one is still the sink. */
    record Steps(ArrayNode steps, @Nullable ObjectNode schema) implements Transformation {
        @Override
        public ObjectNode apply(ObjectNode document, IntFunction<ObjectNode> versions) {
            document.set("steps", steps.deepCopy());
            return withSchema(document, schema);
        }
    }

    /** Other columns of the messages, the same steps. */
    record Columns(ObjectNode schema) implements Transformation {
        @Override
        public ObjectNode apply(ObjectNode document, IntFunction<ObjectNode> versions) {
            return withSchema(document, schema);
        }
    }

    /** What an older version said, as a new one. */
    record Back(int version) implements Transformation {
        @Override
        public ObjectNode apply(ObjectNode document, IntFunction<ObjectNode> versions) {
            return versions.apply(version);
        }
    }

    private static ObjectNode withSchema(ObjectNode document, @Nullable ObjectNode schema) {
        if (schema != null) {
            document.set("schema", schema.deepCopy());
        }
        return document;
    }

    private static Problem refused(String path, String message) {
        return new Problem(
                PipelineReason.INVALID, path + " " + message, List.of(new Violation("/parameters" + path, message)));
    }
}
