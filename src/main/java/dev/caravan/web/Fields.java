package dev.caravan.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a JSON object and remembers everything that is wrong with them, unknown ones included. Ask for every
 * field, then call {@link #check}.
 */
public final class Fields {
    private final ObjectNode object;
    private final String path;
    private final Set<String> asked = new LinkedHashSet<>();
    private final List<Violation> violations = new ArrayList<>();

    /** @param path JSON pointer of the object, empty for the whole document */
    public Fields(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The field; null when it is absent or null. */
    public @Nullable JsonNode any(String name) {
        asked.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    public @Nullable String text(String name) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            wrong(name, "has to be a string, not " + kind(value));
            return null;
        }
        return value.textValue();
    }

    /** The field, which has to be there and not blank; empty when it is not, and {@link #check} will throw. */
    public String requiredText(String name) {
        String value = text(name);
        if (value == null ? !isReported(name) : value.isBlank()) {
            wrong(name, "is required");
        }
        return value == null ? "" : value;
    }

    public @Nullable Long number(String name, long min, long max) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            wrong(name, "has to be a whole number from " + min + " to " + max);
            return null;
        }
        return value.longValue();
    }

    public int number(String name, int min, int max, int otherwise) {
        Long value = number(name, min, max);
        return value == null ? otherwise : Math.toIntExact(value);
    }

    public boolean flag(String name) {
        JsonNode value = any(name);
        if (value != null && !value.isBoolean()) {
            wrong(name, "has to be true or false, not " + kind(value));
        }
        return value != null && value.booleanValue();
    }

    /** An object inside this one; empty when it is absent. */
    public ObjectNode object(String name) {
        JsonNode value = any(name);
        if (value instanceof ObjectNode inner) {
            return inner;
        }
        if (value != null) {
            wrong(name, "has to be an object, not " + kind(value));
        }
        return object.objectNode();
    }

    public boolean has(String name) {
        return any(name) != null;
    }

    public void wrong(String name, String message) {
        violations.add(new Violation(pointer(name), message));
    }

    /** @throws Problem with everything that is wrong */
    public void check() {
        object.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                violations.add(new Violation(pointer(name), "is not known" + hint(name)));
            }
        });
        if (!violations.isEmpty()) {
            String message = violations.size() == 1
                    ? violations.get(0) + "."
                    : violations.size() + " fields are wrong: " + violations.get(0) + ", and others.";
            throw new Problem(WebReason.INVALID_FIELDS, message, violations);
        }
    }

    private boolean isReported(String name) {
        String pointer = pointer(name);
        return violations.stream().anyMatch(violation -> violation.path().equals(pointer));
    }

    private String pointer(String name) {
        return path + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private String hint(String name) {
        return Nearest.to(name, asked)
                .map(nearest -> ", did you mean " + nearest + "?")
                .orElse(asked.isEmpty() ? "; there are none here" : "; there is " + String.join(", ", asked));
    }

    private static String kind(JsonNode value) {
        return value.getNodeType() == JsonNodeType.STRING
                ? "a string"
                : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
