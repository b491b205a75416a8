package dev.caravan.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** Reads a list of SQL expressions from one text: a JSON array, or expressions with commas between. */
public final class Expressions {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Expressions() {}

    public static List<String> parse(String text) {
        String trimmed = text.strip();
        return trimmed.startsWith("[") ? array(trimmed) : split(trimmed);
    }

    private static List<String> array(String json) {
        try {
            return List.copyOf(MAPPER.readValue(json, new TypeReference<List<String>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a JSON array of SQL expressions: " + json, e);
        }
    }

    /** At commas that stand neither in quotes nor in brackets. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(' || c == '[' || c == '{') {
                depth++;
            } else if (c == ')' || c == ']' || c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts.stream().map(String::strip).filter(part -> !part.isEmpty()).toList();
    }
}
