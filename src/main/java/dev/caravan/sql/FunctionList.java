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

    private static final Set<String> TABLE_FUNCTIONS =
            Set.of("unnest", "range", "generate_series", "json_each", "json_tree");

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
        if (!schema.isEmpty() && !schema.equals("main")) {
            return "function " + schema + "." + name + ": write function names without a schema";
        }
        if (NOT_REPEATABLE.contains(name)) {
            return name + "() " + SAME_AGAIN;
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
                + "unnest, range, generate_series, json_each and json_tree are possible there";
    }

    private static @Nullable String amplification(String name, JsonNode arguments) {
        Integer position = AMPLIFIERS.get(name);
        if (position != null && arguments.size() > position && !isSmallNumber(arguments.get(position))) {
            return name + "(): argument " + (position + 1) + " must be a number, at most " + MAX_REPETITION;
        }
        if (TEMPLATES.contains(name) && !isTameTemplate(arguments.path(0))) {
            return name + "(): the template must be a text in the query, with widths of at most three digits";
        }
        return null;
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
                && !text.contains("*")
                && !text.matches("(?s).*\\{[^}]*\\{.*");
    }
}
