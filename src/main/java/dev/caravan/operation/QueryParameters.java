package dev.caravan.operation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import dev.caravan.web.WebReason;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The query of a URL as the JSON object that the operations read: numbers and flags get their types. */
final class QueryParameters {
    private static final Set<String> NUMBERS = Set.of("limit", "partition", "offset");
    private static final Set<String> FLAGS = Set.of("force");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    private QueryParameters() {}

    /** @throws Problem when a parameter is there more than once */
    static ObjectNode of(HttpServletRequest request) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        request.getParameterMap().forEach((name, values) -> {
            if (values.length > 1) {
                throw new Problem(
                        WebReason.INVALID_FIELDS,
                        "The parameter " + name + " is there " + values.length + " times.",
                        List.of(new Violation("/" + name, "is there " + values.length + " times")));
            }
            put(object, name, values[0]);
        });
        return object;
    }

    private static void put(ObjectNode object, String name, String value) {
        if (NUMBERS.contains(name) && NUMBER.matcher(value).matches()) {
            object.put(name, Long.parseLong(value));
        } else if (FLAGS.contains(name) && (value.equals("true") || value.equals("false"))) {
            object.put(name, Boolean.parseBoolean(value));
        } else {
            object.put(name, value);
        }
    }
}
