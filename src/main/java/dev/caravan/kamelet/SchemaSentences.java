package dev.caravan.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import java.util.ArrayList;
import java.util.List;

/** Faults in the words of a person who has to mend them. */
final class SchemaSentences {
    private SchemaSentences() {}

    /** @param schema the schema object with the keyword that was not met */
    static String of(String keyword, JsonNode schema, Error error) {
        JsonNode value = error.getInstanceNode();
        JsonNode wanted = schema.path(keyword);
        String given = given(value, schema);
        return switch (keyword) {
            case "type" -> "must be " + types(wanted) + ", not " + type(value) + hint(schema);
            case "pattern" -> given + " is not accepted here" + hint(schema);
            case "enum" -> given + " is not known: write " + oneOf(wanted) + nearest(value, wanted);
            case "const" -> "must be " + wanted;
            case "minimum" -> given + " is too small: at least " + wanted.asText();
            case "maximum" -> given + " is too large: at most " + wanted.asText();
            case "exclusiveMinimum" -> given + " is too small: more than " + wanted.asText();
            case "exclusiveMaximum" -> given + " is too large: less than " + wanted.asText();
            case "minLength" ->
                wanted.asInt() == 1 ? "must not be empty" : "must have at least " + wanted + " characters";
            case "maxLength" -> "must have at most " + wanted + " characters";
            case "minItems" -> wanted.asInt() == 1 ? "must not be empty" : "must have at least " + wanted + " entries";
            case "maxItems" -> "must have at most " + wanted + " entries";
            case "minProperties" -> "must have at least " + wanted + " fields";
            case "maxProperties" -> "must have at most " + wanted + " fields";
            case "uniqueItems" -> "must not have the same entry twice";
            default -> String.valueOf(error.getMessage());
        };
    }

    /** @param wanted the schema of the missing field; may be missing itself */
    static String missing(String field, JsonNode wanted) {
        String type = wanted.has("type") ? ": write '" + field + ": " + placeholder(wanted) + "'" : "";
        return "field '" + field + "' is missing" + type;
    }

    static String name(String name, JsonNode schema) {
        return "'" + name + "' is not accepted as a name" + hint(schema.path("propertyNames"));
    }

    private static String placeholder(JsonNode schema) {
        JsonNode example = schema.has("example")
                ? schema.path("example")
                : schema.path("examples").path(0);
        if (!example.isMissingNode()) {
            return example.isTextual() ? example.textValue() : example.toString();
        }
        return switch (schema.path("type").asText()) {
            case "integer", "number" -> "<number>";
            case "boolean" -> "true";
            case "array" -> "[…]";
            case "object" -> "{…}";
            default -> "<text>";
        };
    }

    /** What the schema itself says for this case, the sentence that editors show as well. */
    private static String hint(JsonNode schema) {
        JsonNode message = schema.path("patternErrorMessage");
        if (message.isTextual()) {
            return ": " + message.textValue();
        }
        return schema.path("pattern").isTextual()
                ? ": it must match " + schema.path("pattern").textValue()
                : "";
    }

    private static String given(JsonNode value, JsonNode schema) {
        if ("password".equals(schema.path("format").asText())) {
            return "the value";
        }
        String text = value.isTextual() ? value.textValue() : value.toString();
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }

    private static String oneOf(JsonNode values) {
        List<String> names = new ArrayList<>();
        values.forEach(value -> names.add(value.asText()));
        return names.size() == 1
                ? names.get(0)
                : String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.get(names.size() - 1);
    }

    private static String nearest(JsonNode value, JsonNode values) {
        List<String> names = new ArrayList<>();
        values.forEach(known -> names.add(known.asText()));
        return NearestName.of(value.asText(), names)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
    }

    private static String types(JsonNode wanted) {
        if (!wanted.isArray()) {
            return article(wanted.asText());
        }
        List<String> names = new ArrayList<>();
        wanted.forEach(type -> names.add(article(type.asText())));
        return String.join(" or ", names);
    }

    private static String article(String type) {
        return switch (type) {
            case "object" -> "a map of fields";
            case "array" -> "a list";
            case "string" -> "text";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            default -> type;
        };
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "a map of fields";
            case ARRAY -> "a list";
            case STRING -> "text";
            case NUMBER -> value.isIntegralNumber() ? "a whole number" : "a number";
            case BOOLEAN -> "true or false";
            default -> "empty";
        };
    }
}
