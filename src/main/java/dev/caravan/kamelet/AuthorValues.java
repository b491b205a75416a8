package dev.caravan.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Checks what an author writes for a Kamelet: against its definition, and against everything that Camel would take for
 * more than text. Camel resolves placeholders and Simple in nearly any string, and {@code #class:} in the properties of
 * a bean, so a value that looks like one of them is refused unless the Kamelet says that it is an expression.
 */
final class AuthorValues {
    private static final Pattern SIMPLE = Pattern.compile("\\$(simple)?\\{");
    private static final Pattern RAW = Pattern.compile("RAW[({]");

    private final Map<String, KameletParameter> parameters;
    private final JsonNode schema;
    private final SchemaCheck check;

    AuthorValues(JsonNode definition, Map<String, KameletParameter> parameters) {
        this.parameters = parameters;
        this.schema = forAuthors(definition, parameters);
        this.check = new SchemaCheck(schema);
    }

    private static JsonNode forAuthors(JsonNode definition, Map<String, KameletParameter> parameters) {
        ObjectNode schema = definition.deepCopy();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        if (schema.path("properties") instanceof ObjectNode properties) {
            parameters.values().stream()
                    .filter(KameletParameter::bound)
                    .forEach(bound -> properties.remove(bound.name()));
        }
        ArrayNode required = schema.arrayNode();
        parameters.values().stream()
                .filter(parameter -> parameter.required() && !parameter.bound() && parameter.defaultValue() == null)
                .forEach(parameter -> required.add(parameter.name()));
        schema.set("required", required);
        return schema;
    }

    JsonNode schema() {
        return schema;
    }

    List<Violation> check(JsonNode properties, String at) {
        List<Violation> violations = new ArrayList<>(check.check(properties, at));
        properties.properties().forEach(property -> {
            KameletParameter parameter = parameters.get(property.getKey());
            if (parameter != null && !parameter.expression()) {
                literal(property.getValue(), SchemaCheck.child(at, property.getKey()), violations);
            }
        });
        return violations;
    }

    private static void literal(JsonNode value, String at, List<Violation> violations) {
        if (value.isTextual()) {
            refusal(value.textValue()).ifPresent(message -> violations.add(new Violation(at, message)));
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                literal(value.get(i), at + "/" + i, violations);
            }
        } else if (value.isObject()) {
            value.properties().forEach(member -> {
                String path = SchemaCheck.child(at, member.getKey());
                refusal(member.getKey()).ifPresent(message -> violations.add(new Violation(path, message)));
                literal(member.getValue(), path, violations);
            });
        }
    }

    private static Optional<String> refusal(String text) {
        if (text.contains("{{") || text.contains("}}")) {
            return Optional.of("'{{' and '}}' are placeholders, which are not resolved here: write the value itself");
        }
        if (SIMPLE.matcher(text).find()) {
            return Optional.of("'${' starts an expression, which is not evaluated here: write the value itself");
        }
        if (text.stripLeading().startsWith("#")) {
            return Optional.of("'#' at the start names a bean: write the value itself");
        }
        if (RAW.matcher(text).lookingAt()) {
            return Optional.of("'RAW(' marks a part of an endpoint: write the value without it");
        }
        return Optional.empty();
    }
}
