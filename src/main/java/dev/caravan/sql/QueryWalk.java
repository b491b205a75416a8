package dev.caravan.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.batch.MetaColumn;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One walk over the tree of a query: what it reads, what it calls, how big it gets, and what speaks against it. */
final class QueryWalk {
    private static final Set<String> TABLES =
            Set.of("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT");
    private static final Set<String> EXPRESSIONS = Set.of(
            "BETWEEN",
            "CASE",
            "CAST",
            "COLLATE",
            "COLUMN_REF",
            "COMPARISON",
            "CONJUNCTION",
            "CONSTANT",
            "FUNCTION",
            "LAMBDA",
            "LAMBDA_REF",
            "OPERATOR",
            "POSITIONAL_REFERENCE",
            "STAR",
            "SUBQUERY",
            "WINDOW");
    private static final int MAX_DEPTH = 400;
    private static final int MAX_NODES = 100_000;
    private static final int MAX_NAME_PARTS = 32;

    /** Selects and tables after each common table expression stands wherever it is named. */
    private static final long MAX_WEIGHT = 500;

    private final FunctionList functions;
    private final Set<String> messages = new LinkedHashSet<>();
    private final Set<MetaColumn> metaColumns = EnumSet.noneOf(MetaColumn.class);
    private final List<HiddenColumns.Star> stars = new ArrayList<>();
    private int references;
    private int nodes;

    QueryWalk(FunctionList functions) {
        this.functions = functions;
    }

    void walk(JsonNode statements) {
        long weight = visit(statements, Map.of(), 0);
        if (weight > MAX_WEIGHT) {
            messages.add("the query reads tables more than " + MAX_WEIGHT + " times; write it with fewer");
        }
    }

    Set<String> messages() {
        return messages;
    }

    Set<MetaColumn> metaColumns() {
        return metaColumns;
    }

    /** The stars that stand for columns of {@code events}. */
    List<HiddenColumns.Star> stars() {
        return stars;
    }

    int references() {
        return references;
    }

    /** @param scope the weight of each common table expression that can be named here, by its name in small letters */
    private long visit(JsonNode node, Map<String, Long> scope, int depth) {
        if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
            messages.add("the query is too complex");
            return 0;
        }
        if (node.isArray()) {
            long sum = 0;
            for (JsonNode child : node) {
                sum = add(sum, visit(child, scope, depth + 1));
            }
            return sum;
        }
        if (!node.isObject()) {
            return 0;
        }
        if (node.path("sample").isObject()) {
            messages.add("a sample would not give the same rows again");
        }
        long own = 0;
        Map<String, Long> inside = scope;
        if (node.has("cte_map")) {
            inside = commonTables(node, scope, depth);
            own = 1;
            HiddenColumns.collect((ObjectNode) node, inside.keySet(), stars);
        } else if (node.has("class")) {
            expression(node);
        } else if (node.has("query_location")) {
            own = table(node, scope);
        }
        return add(own, children(node, inside, depth));
    }

    private long children(JsonNode node, Map<String, Long> scope, int depth) {
        boolean isTableFunction = node.path("type").asText().equals("TABLE_FUNCTION");
        long sum = 0;
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (member.getKey().equals("cte_map")) {
                continue;
            }
            JsonNode child = isTableFunction && member.getKey().equals("function")
                    ? member.getValue().path("children")
                    : member.getValue();
            sum = add(sum, visit(child, scope, depth + 1));
        }
        return sum;
    }

    private Map<String, Long> commonTables(JsonNode node, Map<String, Long> scope, int depth) {
        JsonNode tables = node.path("cte_map").path("map");
        if (tables.isEmpty()) {
            return scope;
        }
        Map<String, Long> inside = new HashMap<>(scope);
        for (JsonNode table : tables) {
            String name = table.path("key").asText().toLowerCase(Locale.ROOT);
            JsonNode query = table.path("value").path("query").path("node");
            Map<String, Long> within = new HashMap<>(inside);
            if (query.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
                within.put(name, 1L);
            }
            inside.put(name, visit(table.path("value"), within, depth + 1));
        }
        return inside;
    }

    private long table(JsonNode node, Map<String, Long> scope) {
        String type = node.path("type").asText();
        if (!TABLES.contains(type)) {
            messages.add(
                    type.equals("SHOW_REF")
                            ? "DESCRIBE, SHOW and SUMMARIZE are not possible in a query"
                            : "FROM " + type.toLowerCase(Locale.ROOT) + " is not possible");
        }
        columnNames(node.path("using_columns"));
        columnNames(node.path("groups"));
        if (type.equals("TABLE_FUNCTION")) {
            String refusal = functions.refusalInFrom(node.path("function"));
            if (refusal != null) {
                messages.add(refusal);
            }
            return 1;
        }
        return type.equals("BASE_TABLE") ? baseTable(node, scope) : 0;
    }

    private long baseTable(JsonNode node, Map<String, Long> scope) {
        String name = node.path("table_name").asText();
        String schema =
                node.path("catalog_name").asText() + node.path("schema_name").asText();
        String known = name.toLowerCase(Locale.ROOT);
        if (!schema.isEmpty() || node.hasNonNull("at_clause")) {
            messages.add("table " + schema + "." + name + ": write table names alone; `events` is the only table");
        } else if (scope.containsKey(known)) {
            return 1 + scope.get(known);
        } else if (known.equals("events")) {
            references++;
        } else {
            messages.add("table " + name + " does not exist; a query reads `events` and its own WITH tables");
        }
        return 1;
    }

    private void expression(JsonNode node) {
        String kind = node.path("class").asText();
        if (kind.equals("PARAMETER")) {
            messages.add("parameters ($1, ?) have no value here");
        } else if (!EXPRESSIONS.contains(kind)) {
            messages.add("an expression of kind " + kind.toLowerCase(Locale.ROOT) + " is not possible");
        } else if (kind.equals("FUNCTION") || kind.equals("WINDOW")) {
            String refusal = functions.refusal(node);
            if (refusal != null) {
                messages.add(refusal);
            }
        } else if (kind.equals("LAMBDA")
                && node.path("expr").path("class").asText().equals("CONSTANT")) {
            // x -> 'path' has the form of a lambda
            String refusal = FunctionList.pathRefusal(node.path("expr"));
            if (refusal != null) {
                messages.add(refusal);
            }
        } else if (kind.equals("CAST") && isVariant(node.path("cast_type"))) {
            messages.add("the type VARIANT is not safe with deeply nested JSON; use JSON");
        } else if (kind.equals("COLUMN_REF")) {
            columnNames(node.path("column_names"));
            if (node.path("column_names").size() > MAX_NAME_PARTS) {
                messages.add("a column name has more than " + MAX_NAME_PARTS + " parts");
            }
        }
    }

    private static boolean isVariant(JsonNode type) {
        return type.toString().toUpperCase(Locale.ROOT).contains("\"VARIANT\"");
    }

    private void columnNames(JsonNode names) {
        for (JsonNode name : names) {
            for (MetaColumn column : MetaColumn.values()) {
                if (column.column().equalsIgnoreCase(name.asText())) {
                    metaColumns.add(column);
                }
            }
        }
    }

    private static long add(long a, long b) {
        return Math.min(a + b, Integer.MAX_VALUE);
    }
}
