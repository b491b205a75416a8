package dev.caravan.sql;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What stands before built-in functions, under their names: the time of the batch for the functions of the current time,
 * and a bound for those that make much of little within one call, where DuckDB looks at neither of its limits.
 */
final class Macros {
    private static final String BATCH_TIME = "getvariable('batch_time')";

    private static final Map<String, String> CLOCK = Map.of(
            "now", BATCH_TIME,
            "get_current_timestamp", BATCH_TIME,
            "transaction_timestamp", BATCH_TIME,
            "today", "CAST(" + BATCH_TIME + " AS DATE)",
            "current_date", "CAST(" + BATCH_TIME + " AS DATE)",
            "current_localtimestamp", "CAST(" + BATCH_TIME + " AS TIMESTAMP)",
            "current_localtime", "CAST(CAST(" + BATCH_TIME + " AS TIMESTAMP) AS TIME)",
            "get_current_time", "CAST(CAST(" + BATCH_TIME + " AS TIMESTAMP) AS TIMETZ)");

    private static final int MAX_TEXT = 64 << 20;
    private static final int MAX_ELEMENTS = 1_000_000;

    private static final String REPLACEMENT = "CAST(strlen(x) AS DOUBLE) * strlen(b) / greatest(strlen(a), 1)";
    private static final String REGEX_REPLACEMENT = "CAST(strlen(x) + 1 AS DOUBLE) * strlen(b)";
    private static final List<String> REGEX_OPTIONS =
            List.of("g", "i", "c", "s", "m", "l", "gi", "ig", "gc", "cg", "gs", "sg", "gm", "mg", "gl", "lg");

    private static final String DISTANCE = "abs(" + number("b") + " - " + number("a") + ")";
    private static final String STEPS =
            "greatest(" + DISTANCE + " / greatest(abs(" + number("s") + "), 1), abs(" + seconds("b") + " - "
                    + seconds("a") + ") / greatest(abs(epoch(TRY_CAST(CAST(s AS VARCHAR) AS INTERVAL))), 0.000001))";

    private static final List<String> BOUNDED = List.of(
            macro("repeat", "x, n", "CAST(len(x) AS DOUBLE) * n", MAX_TEXT),
            macro("replace", "x, a, b", REPLACEMENT, MAX_TEXT),
            macro("regexp_replace", "x, a, b", REGEX_REPLACEMENT, MAX_TEXT)
                    + ", (x, a, b, o) AS "
                    + bounded("regexp_replace", REGEX_REPLACEMENT, MAX_TEXT, regexReplaceWithOptions()),
            sequence("range"),
            sequence("generate_series"));

    private Macros() {}

    /** The statements that create them. */
    static List<String> statements() {
        return Stream.concat(
                        CLOCK.entrySet().stream().map(clock -> clock.getKey() + "() AS " + clock.getValue()),
                        BOUNDED.stream())
                .map(macro -> "CREATE MACRO " + macro)
                .toList();
    }

    /** Whether a macro stands before the function, which must then not be reached by a qualified name. */
    static boolean standBefore(String function) {
        return CLOCK.containsKey(function) || BOUNDED.stream().anyMatch(macro -> macro.startsWith(function + "("));
    }

    private static String macro(String name, String parameters, String size, int limit) {
        return name + "(" + parameters + ") AS "
                + bounded(name, size, limit, "system.main." + name + "(" + parameters + ")");
    }

    private static String sequence(String name) {
        return macro(name, "n", number("n"), MAX_ELEMENTS)
                + ", (a, b) AS " + bounded(name, DISTANCE, MAX_ELEMENTS, "system.main." + name + "(a, b)")
                + ", (a, b, s) AS " + bounded(name, STEPS, MAX_ELEMENTS, "system.main." + name + "(a, b, s)");
    }

    private static String bounded(String name, String size, int limit, String call) {
        return "CASE WHEN " + size + " > " + limit + " THEN error('" + name + "(): the answer would be longer than "
                + limit + "') ELSE " + call + " END";
    }

    /** The value as a number, NULL when it is a time. */
    private static String number(String parameter) {
        return "TRY_CAST(CAST(" + parameter + " AS VARCHAR) AS DOUBLE)";
    }

    private static String seconds(String parameter) {
        return "epoch(TRY_CAST(CAST(" + parameter + " AS VARCHAR) AS TIMESTAMPTZ))";
    }

    /** DuckDB wants the options of a regular expression to be constants, even in a macro. */
    private static String regexReplaceWithOptions() {
        return REGEX_OPTIONS.stream()
                .map(Quoted::text)
                .map(option -> "WHEN " + option + " THEN system.main.regexp_replace(x, a, b, " + option + ")")
                .collect(Collectors.joining(
                        " ", "CASE o ", " ELSE error('regexp_replace(): unknown options ' || o) END"));
    }
}
