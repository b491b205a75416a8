package dev.caravan.route;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Text with names of fields in braces, such as {@code payment:{order.id}}.
 *
 * @param texts what stands around the fields; one more than there are fields
 * @param fields paths of names
 */
record KeyTemplate(List<String> texts, List<List<String>> fields) {
    private static final int LONGEST_PLAIN = 1_000;

    /** @throws IllegalArgumentException with a sentence when it is none */
    static KeyTemplate parse(String template) {
        List<String> texts = new ArrayList<>();
        List<List<String>> fields = new ArrayList<>();
        int from = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', from)) {
            int close = template.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("a brace is open at its end");
            }
            texts.add(text(template.substring(from, open)));
            fields.add(path(template.substring(open + 1, close)));
            from = close + 1;
        }
        texts.add(text(template.substring(from)));
        if (fields.isEmpty()) {
            throw new IllegalArgumentException(
                    "it names no field, so that all rows would wait for one event: write {name_of_a_field} in it");
        }
        return new KeyTemplate(List.copyOf(texts), List.copyOf(fields));
    }

    private static String text(String text) {
        if (text.indexOf('}') >= 0) {
            throw new IllegalArgumentException("a brace is closed that is not open");
        }
        return text;
    }

    private static List<String> path(String field) {
        List<String> path = List.of(field.split("\\.", -1));
        if (path.stream().anyMatch(name -> name.isBlank() || name.indexOf('{') >= 0)) {
            throw new IllegalArgumentException("{" + field + "} names no field");
        }
        return path;
    }

    /** The key of a row; empty when a field is missing, null, a list or an object. */
    Optional<String> of(JsonNode row) {
        StringBuilder key = new StringBuilder(texts.get(0));
        for (int i = 0; i < fields.size(); i++) {
            JsonNode value = row;
            for (String name : fields.get(i)) {
                value = value.path(name);
            }
            if (!value.isValueNode() || value.isNull()) {
                return Optional.empty();
            }
            key.append(value.isNumber() ? plain(value) : value.asText()).append(texts.get(i + 1));
        }
        return Optional.of(key.toString());
    }

    /** As a person would write it: 42 and not 42.0 or 4.2E1. Only what no key has room for keeps its exponent. */
    private static String plain(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.asText();
        }
        BigDecimal value = number.decimalValue();
        if (Math.abs((long) value.scale()) > LONGEST_PLAIN) {
            return value.toString();
        }
        return value.stripTrailingZeros().toPlainString();
    }
}
