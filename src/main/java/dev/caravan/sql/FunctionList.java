package dev.caravan.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which functions a query may use, and how. */
final class FunctionList {
    /** The largest constant for a function that makes a long value of a short one. */
    static final int MAX_REPETITION = 10_000;

    private static final int MAX_PLACEHOLDERS = 10;

    private static final Set<String> TABLE_FUNCTIONS = Set.of("unnest", "range", "generate_series", "json_each");

    /** Functions that make a long value of a short one, with the position of the argument that says how long. */
    private static final Map<String, Integer> AMPLIFIERS = Map.ofEntries(
            Map.entry("repeat", 1),
            Map.entry("lpad", 1),
            Map.entry("rpad", 1),
            Map.entry("list_resize", 1),
            Map.entry("array_resize", 1),
            Map.entry("bitstring", 1),
            Map.entry("bar", 3),
            Map.entry("to_base", 2),
            Map.entry("equi_width_bins", 2));

    private static final Set<String> TEMPLATES = Set.of("format", "printf");

    /** Functions with a JSON path, or a JSON structure, as their second argument. */
    private static final Set<String> PATHS = Set.of(
            "->",
            "->>",
            "json_extract",
            "json_extract_path",
            "json_extract_string",
            "json_extract_path_text",
            "json_exists",
            "json_value",
            "json_type",
            "json_keys",
            "json_array_length");

    private static final Set<String> STRUCTURES =
            Set.of("json_transform", "json_transform_strict", "from_json", "from_json_strict");

    /** They recurse for each level of nesting, and a message may hold a text of any depth. */
    private static final Set<String> RECURSIVE =
            Set.of("json_structure", "json_pretty", "json_merge_patch", "json_contains", "json_tree");

    private static final int MAX_STRUCTURE = 2_000;
    private static final int MAX_STRUCTURE_DEPTH = 50;

    private static final String SAME_AGAIN =
            "would not give the same again; a batch that is written twice must be the same twice";
    private static final Set<String> NOT_REPEATABLE = Set.of(
            "random",
            "uuid",
            "uuidv4",
            "uuidv7",
            "gen_random_uuid",
            "nextval",
            "currval",
            "setseed",
            "txid_current",
            "reservoir_quantile",
            "current_query_id",
            "current_transaction_id",
            "current_connection_id");

    private final Set<String> allowed;

    FunctionList() {
        try (InputStream in =
                Objects.requireNonNull(FunctionList.class.getResourceAsStream("functions.txt"), "functions.txt")) {
            allowed = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Set<String> allowed() {
        return allowed;
    }

    /** What speaks against a call in an expression, or null. */
    @Nullable String refusal(JsonNode call) {
        String name = call.path("function_name").asText().toLowerCase(Locale.ROOT);
        String schema = call.path("schema").asText() + call.path("catalog").asText();
        // the grammar itself writes main. before some functions that have a syntax of their own
        if (!schema.isEmpty() && (!schema.equals("main") || Macros.standBefore(name))) {
            return "function " + schema + "." + name + ": write function names without a schema";
        }
        if (NOT_REPEATABLE.contains(name)) {
            return name + "() " + SAME_AGAIN;
        }
        if (RECURSIVE.contains(name)) {
            return name + "() is not safe with deeply nested JSON; take what you need with -> and ->>";
        }
        if (!allowed.contains(name)) {
            return "function " + name + " is not on the list of functions that a query may use";
        }
        if (name.equals("age") && call.path("children").size() == 1) {
            return "age(x) counts from today: write age(now(), x)";
        }
        return amplification(name, call.path("children"));
    }

    /** What speaks against a function in FROM, or null. */
    @Nullable String refusalInFrom(JsonNode call) {
        String name = call.path("function_name").asText().toLowerCase(Locale.ROOT);
        if (TABLE_FUNCTIONS.contains(name) && call.path("schema").asText().isEmpty()) {
            return null;
        }
        return "function " + name + " cannot stand in FROM: a query reads `events`; of functions only "
                + "unnest, range, generate_series and json_each are possible there";
    }

    private static @Nullable String amplification(String name, JsonNode arguments) {
        Integer position = AMPLIFIERS.get(name);
        if (position != null && arguments.size() > position && !isSmallNumber(arguments.get(position))) {
            return name + "(): argument " + (position + 1) + " must be a number, at most " + MAX_REPETITION;
        }
        if (TEMPLATES.contains(name) && !isTameTemplate(arguments.path(0))) {
            return name + "(): the template must be a text in the query, with at most " + MAX_PLACEHOLDERS
                    + " values and widths of at most three digits";
        }
        if (STRUCTURES.contains(name) && !isTameStructure(arguments.path(1))) {
            return name + "(): the structure must be a text in the query, not long and not deep";
        }
        return PATHS.contains(name) ? pathRefusal(arguments.path(1)) : null;
    }

    /** What speaks against a JSON path, or null. Two wildcards for any depth take time without end. */
    static @Nullable String pathRefusal(JsonNode path) {
        String kind = path.path("class").asText();
        if (kind.equals("CONSTANT")) {
            String text = path.path("value").path("value").asText();
            int wildcards = text.split("\\.\\.|\\*\\*", -1).length - 1;
            return text.startsWith("$") && wildcards > 1 ? "a JSON path has at most one .. or **" : null;
        }
        boolean isKey = kind.equals("COLUMN_REF") || path.path("type").asText().equals("ARRAY_CONSTRUCTOR");
        return isKey || kind.isEmpty() || path.path("function_name").asText().equals("list_value")
                ? null
                : "a JSON path must be a text in the query or a column";
    }

    private static boolean isTameStructure(JsonNode argument) {
        String text = argument.path("value").path("value").asText();
        return argument.path("class").asText().equals("CONSTANT")
                && text.length() <= MAX_STRUCTURE
                && text.chars().filter(c -> c == '[' || c == '{').count() <= MAX_STRUCTURE_DEPTH;
    }

    private static boolean isSmallNumber(JsonNode argument) {
        JsonNode value = argument.path("value").path("value");
        return argument.path("class").asText().equals("CONSTANT")
                && value.isIntegralNumber()
                && value.canConvertToInt()
                && value.asInt() <= MAX_REPETITION;
    }

    private static boolean isTameTemplate(JsonNode argument) {
        String text = argument.path("value").path("value").asText();
        return argument.path("class").asText().equals("CONSTANT")
                && !text.matches("(?s).*[0-9]{4}.*")
                && text.chars().filter(c -> c == '%' || c == '{').count() <= MAX_PLACEHOLDERS
                && !text.contains("*")
                && !text.matches("(?s).*\\{[^}]*\\{.*");
    }
}
