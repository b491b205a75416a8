package dev.caravan.pipeline;

import dev.caravan.kamelet.NearestName;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a DuckDB type as authors write it, and nothing else: a type goes into statements as it is. */
final class ColumnType {
    private static final Set<String> PLAIN = Set.of(
            "BIGINT",
            "BLOB",
            "BOOL",
            "BOOLEAN",
            "CHAR",
            "DATE",
            "DATETIME",
            "DECIMAL",
            "DOUBLE",
            "FLOAT",
            "FLOAT4",
            "FLOAT8",
            "HUGEINT",
            "INT",
            "INT1",
            "INT2",
            "INT4",
            "INT8",
            "INTEGER",
            "INTERVAL",
            "JSON",
            "LONG",
            "NUMERIC",
            "REAL",
            "SHORT",
            "SIGNED",
            "SMALLINT",
            "STRING",
            "TEXT",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "TIMESTAMP_MS",
            "TIMESTAMP_NS",
            "TIMESTAMP_S",
            "TIMETZ",
            "TINYINT",
            "UBIGINT",
            "UHUGEINT",
            "UINTEGER",
            "USMALLINT",
            "UTINYINT",
            "UUID",
            "VARCHAR");
    private static final int MAX_DEPTH = 32;

    private static final Pattern WORDS = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
    private static final Pattern WITH_ZONE = Pattern.compile("\\s+WITH\\s+TIME\\s+ZONE\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern PRECISION =
            Pattern.compile("\\s*\\(\\s*([0-9]{1,2})\\s*(?:,\\s*([0-9]{1,2})\\s*)?\\)");
    private static final Pattern LENGTH = Pattern.compile("\\s*\\(\\s*[0-9]{1,9}\\s*\\)");
    private static final Pattern LIST = Pattern.compile("\\s*\\[\\s*(?:[1-9][0-9]{0,4})?\\s*\\]");
    private static final Pattern FIELD =
            Pattern.compile("\\s*(?:[A-Za-z_][A-Za-z0-9_]*|\"[^\"\\x00-\\x1f]{1,255}\")\\s+");

    private final String text;
    private int at;

    private ColumnType(String text) {
        this.text = text;
    }

    /** What is wrong with it; empty when it is a type. */
    static Optional<String> fault(String text) {
        ColumnType type = new ColumnType(text);
        Optional<String> fault = type.type(0);
        if (fault.isPresent()) {
            return fault;
        }
        type.spaces();
        return type.at == text.length()
                ? Optional.empty()
                : Optional.of("'" + type.rest() + "' follows a type: remove it");
    }

    private Optional<String> type(int depth) {
        if (depth > MAX_DEPTH) {
            return Optional.of("the type is nested deeper than " + MAX_DEPTH + " levels");
        }
        spaces();
        Matcher word = matcher(WORDS);
        if (!word.lookingAt()) {
            return Optional.of("write a DuckDB type such as BIGINT, VARCHAR or TIMESTAMP");
        }
        at = word.end();
        String name = word.group().toUpperCase(Locale.ROOT);
        Optional<String> fault =
                switch (name) {
                    case "STRUCT", "ROW" -> struct(depth);
                    case "MAP" -> map(depth);
                    case "DECIMAL", "NUMERIC" -> precision();
                    case "VARCHAR", "CHAR", "TEXT", "STRING" -> maybe(LENGTH);
                    case "TIMESTAMP", "TIME" -> maybe(WITH_ZONE);
                    default -> PLAIN.contains(name) ? Optional.empty() : unknown(word.group());
                };
        while (fault.isEmpty() && take(LIST)) {
            // each pair of brackets is one more level of lists
        }
        return fault;
    }

    private Optional<String> unknown(String word) {
        return Optional.of(NearestName.of(word, PLAIN)
                .map(near -> "unknown type '" + word + "', did you mean '" + near + "'?")
                .orElse("unknown type '" + word + "': write a DuckDB type such as BIGINT, VARCHAR or TIMESTAMP"));
    }

    private Optional<String> struct(int depth) {
        if (!take('(')) {
            return Optional.of("write the fields of a STRUCT: STRUCT(a BIGINT, b VARCHAR)");
        }
        do {
            if (!take(FIELD)) {
                return Optional.of("write a name and a type for each field of a STRUCT: STRUCT(a BIGINT, b VARCHAR)");
            }
            Optional<String> fault = type(depth + 1);
            if (fault.isPresent()) {
                return fault;
            }
        } while (take(','));
        return take(')') ? Optional.empty() : Optional.of("a ')' is missing after the fields of a STRUCT");
    }

    private Optional<String> map(int depth) {
        if (!take('(')) {
            return Optional.of("write the types of a MAP: MAP(VARCHAR, BIGINT)");
        }
        Optional<String> key = type(depth + 1);
        if (key.isPresent()) {
            return key;
        }
        if (!take(',')) {
            return Optional.of("write the types of a MAP: MAP(VARCHAR, BIGINT)");
        }
        Optional<String> value = type(depth + 1);
        return value.isPresent() || take(')') ? value : Optional.of("a ')' is missing after the types of a MAP");
    }

    private Optional<String> precision() {
        Matcher found = matcher(PRECISION);
        if (!found.lookingAt()) {
            return Optional.empty();
        }
        at = found.end();
        int width = Integer.parseInt(found.group(1));
        int scale = found.group(2) == null ? 0 : Integer.parseInt(found.group(2));
        return width >= 1 && width <= 38 && scale <= width
                ? Optional.empty()
                : Optional.of("a DECIMAL has 1 to 38 digits, and no more of them after the point");
    }

    private boolean take(Pattern pattern) {
        Matcher matcher = matcher(pattern);
        boolean found = matcher.lookingAt();
        at = found ? matcher.end() : at;
        return found;
    }

    private Optional<String> maybe(Pattern pattern) {
        take(pattern);
        return Optional.empty();
    }

    private boolean take(char c) {
        spaces();
        boolean found = at < text.length() && text.charAt(at) == c;
        at += found ? 1 : 0;
        return found;
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text).region(at, text.length());
    }

    private void spaces() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private String rest() {
        return text.substring(at);
    }
}
