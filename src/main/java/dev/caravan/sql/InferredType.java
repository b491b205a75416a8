package dev.caravan.sql;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The type of JSON values seen so far.
 *
 * @param members of an object, in the order in which they appeared; empty for other kinds
 * @param element of an array; null for other kinds
 */
record InferredType(
        Kind kind,
        Map<String, InferredType> members,
        @Nullable InferredType element) {
    enum Kind {
        /** Nothing seen but null. */
        NOTHING("VARCHAR"),
        BOOLEAN("BOOLEAN"),
        BIGINT("BIGINT"),
        /** Integers that need more than 64 bits. */
        DECIMAL("DECIMAL(38,0)"),
        DOUBLE("DOUBLE"),
        VARCHAR("VARCHAR"),
        ARRAY(""),
        OBJECT(""),
        /** Values of different kinds. */
        JSON("JSON");

        private final String sql;

        Kind(String sql) {
            this.sql = sql;
        }

        boolean isNumber() {
            return this == BIGINT || this == DECIMAL || this == DOUBLE;
        }
    }

    static final InferredType NOTHING = of(Kind.NOTHING);

    private static final InferredType JSON = of(Kind.JSON);
    private static final int MAX_DEPTH = 8;

    /** An object with more members is a map with data as keys, and stays JSON. */
    private static final int MAX_MEMBERS = 200;

    private static final int MAX_DIGITS = 38;

    private static InferredType of(Kind kind) {
        return new InferredType(kind, Map.of(), null);
    }

    /** Type of the value at the parser's current token, which ends at the value's last one. */
    static InferredType read(JsonParser parser, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser, depth);
            case START_ARRAY -> array(parser, depth);
            case VALUE_STRING -> of(Kind.VARCHAR);
            case VALUE_TRUE, VALUE_FALSE -> of(Kind.BOOLEAN);
            case VALUE_NUMBER_FLOAT -> of(Kind.DOUBLE);
            case VALUE_NUMBER_INT -> integer(parser);
            default -> NOTHING;
        };
    }

    private static InferredType integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> of(Kind.BIGINT);
            default -> of(parser.getTextLength() <= MAX_DIGITS ? Kind.DECIMAL : Kind.DOUBLE);
        };
    }

    private static InferredType object(JsonParser parser, int depth) throws IOException {
        Map<String, InferredType> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.merge(name, read(parser, depth + 1), InferredType::with);
        }
        return depth > MAX_DEPTH ? JSON : new InferredType(Kind.OBJECT, members, null);
    }

    private static InferredType array(JsonParser parser, int depth) throws IOException {
        InferredType element = NOTHING;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element = element.with(read(parser, depth + 1));
        }
        return depth > MAX_DEPTH ? JSON : new InferredType(Kind.ARRAY, Map.of(), element);
    }

    /** The narrowest type that holds values of both. */
    InferredType with(InferredType other) {
        if (kind == Kind.NOTHING) {
            return other;
        }
        if (other.kind == Kind.NOTHING) {
            return this;
        }
        if (kind.isNumber() && other.kind.isNumber()) {
            return kind.compareTo(other.kind) >= 0 ? this : other;
        }
        if (kind != other.kind) {
            return JSON;
        }
        if (element != null && other.element != null) {
            return new InferredType(kind, members, element.with(other.element));
        }
        return kind == Kind.OBJECT ? new InferredType(kind, union(other), null) : this;
    }

    private Map<String, InferredType> union(InferredType other) {
        if (members.equals(other.members)) {
            return members;
        }
        Map<String, InferredType> union = new LinkedHashMap<>(members);
        other.members.forEach((name, type) -> union.merge(name, type, InferredType::with));
        return union;
    }

    /** DuckDB's name of the type. */
    String sql() {
        if (kind == Kind.ARRAY && element != null) {
            return element.sql() + "[]";
        }
        if (kind != Kind.OBJECT) {
            return kind.sql;
        }
        boolean isStruct = !members.isEmpty()
                && members.size() <= MAX_MEMBERS
                && !members.containsKey("")
                && distinct() == members.size();
        return isStruct
                ? members.entrySet().stream()
                        .map(member -> Quoted.name(member.getKey()) + " "
                                + member.getValue().sql())
                        .collect(Collectors.joining(", ", "STRUCT(", ")"))
                : "JSON";
    }

    private long distinct() {
        return members.keySet().stream()
                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                .distinct()
                .count();
    }
}
