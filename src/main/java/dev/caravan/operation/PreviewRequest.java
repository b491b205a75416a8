package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.pipeline.Transformation;
import dev.caravan.web.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters of {@code preview}. */
final class PreviewRequest {
    private static final int MAX_MESSAGES = 1_000;
    private static final int MESSAGES = 100;
    private static final int ROWS = 100;

    private PreviewRequest() {}

    static Operation read(Fields in) {
        String pipeline = in.text("pipeline");
        ObjectNode document = in.has("document") ? in.object("document") : null;
        boolean changed = Stream.of("sql", "step", "steps", "schema", "version")
                .map(in::has)
                .reduce(false, Boolean::logicalOr);
        Transformation change = TransformRequest.change(in, changed);
        if ((pipeline == null) == (document == null)) {
            in.wrong("pipeline", "give either pipeline or document");
        }
        if (document != null && changed) {
            in.wrong("document", "stands alone: write the change into it");
        }
        List<JsonNode> messages = messages(in);
        boolean latest = in.has("latest");
        if (latest && messages != null || document != null && messages == null && !latest) {
            in.wrong("messages", "give either messages or latest");
        }
        return new Operation.PreviewSteps(
                pipeline,
                document,
                changed ? change : null,
                messages,
                in.number("latest", 1, MAX_MESSAGES, MESSAGES),
                in.number("limit", 1, MAX_MESSAGES, ROWS));
    }

    private static @Nullable List<JsonNode> messages(Fields in) {
        JsonNode given = in.any("messages");
        if (given == null) {
            return null;
        }
        if (!(given instanceof ArrayNode array) || array.isEmpty() || array.size() > MAX_MESSAGES) {
            in.wrong("messages", "has to be an array of 1 to " + MAX_MESSAGES + " messages");
            return List.of();
        }
        List<JsonNode> messages = new ArrayList<>();
        array.forEach(messages::add);
        return messages;
    }
}
