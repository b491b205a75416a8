package dev.caravan.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.batch.MetaColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks the queries of authors: one SELECT over {@code events} and its own WITH tables, with functions of a list, whose
 * answer depends on nothing but the batch. Needs no data. Safe for use by many threads.
 */
public final class SqlGuard implements AutoCloseable {
    /** The longest query, in bytes of UTF-8. */
    public static final int MAX_BYTES = 64 << 10;

    private static final int MAX_EXPRESSION_BYTES = 4 << 10;

    private final SyntaxTree syntax = new SyntaxTree();
    private final FunctionList functions = new FunctionList();

    /** @throws SqlRefused with everything that speaks against the query */
    public CheckedQuery check(String query) {
        String text = tidy(query, MAX_BYTES, "the query");
        ObjectNode tree = syntax.parse(text);
        QueryWalk walk = walk(tree);
        String safe = text;
        if (!walk.metaColumns().isEmpty() && !walk.stars().isEmpty()) {
            safe = withoutMetaColumnsInStars(tree, walk);
        }
        requireTheSameInParentheses(safe);
        return new CheckedQuery(safe, "", false, walk.metaColumns(), walk.references());
    }

    /**
     * Checks an entry of {@code partition_by}: an expression with a name, or the name of a column.
     *
     * @throws SqlRefused with everything that speaks against it
     */
    public CheckedQuery checkExpression(String expression) {
        String text = tidy(expression, MAX_EXPRESSION_BYTES, "the expression");
        ObjectNode tree = syntax.parse("SELECT *, " + text + "\nFROM events");
        JsonNode select = tree.path("statements").path(0).path("node");
        JsonNode item = select.path("select_list").path(1);
        requireOneExpression(select, item);
        QueryWalk walk = walk(tree);
        String alias = item.path("alias").asText();
        JsonNode names = item.path("column_names");
        boolean plain = alias.isEmpty() && names.size() == 1;
        String column = plain ? names.path(0).asText() : alias;
        if (column.isEmpty()) {
            throw new SqlRefused("give the expression a name: " + text + " AS name");
        }
        requireTheSameElsewhere(text, item);
        return new CheckedQuery(text, column, plain, walk.metaColumns(), 1);
    }

    private QueryWalk walk(ObjectNode tree) {
        QueryWalk walk = new QueryWalk(functions);
        walk.walk(tree.path("statements"));
        if (!walk.messages().isEmpty()) {
            throw new SqlRefused(new ArrayList<>(walk.messages()));
        }
        return walk;
    }

    private static String tidy(String query, int maxBytes, String what) {
        String text = query.strip();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).strip();
        }
        if (text.isEmpty()) {
            throw new SqlRefused(what + " is empty");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            throw new SqlRefused(what + " is longer than " + maxBytes + " bytes");
        }
        if (text.indexOf('\0') >= 0) {
            throw new SqlRefused(what + " has a zero character");
        }
        return text;
    }

    private String withoutMetaColumnsInStars(ObjectNode tree, QueryWalk walk) {
        HiddenColumns.exclude(walk.stars(), walk.metaColumns());
        String text = syntax.text(tree);
        if (!sameStatement(tree, syntax.parse(text))) {
            throw new SqlRefused("the query names " + names(walk.metaColumns())
                    + " and has a *: write the columns that you want instead of the *");
        }
        return text;
    }

    private static List<String> names(Set<MetaColumn> columns) {
        return columns.stream().map(MetaColumn::column).sorted().toList();
    }

    private static boolean sameStatement(ObjectNode one, ObjectNode other) {
        return SyntaxTree.essence(one.path("statements")).equals(SyntaxTree.essence(other.path("statements")));
    }

    /** A query that closes a parenthesis or opens a comment of the statement around it is another one there. */
    private void requireTheSameInParentheses(String text) {
        JsonNode inside = syntax.parse("SELECT * FROM (\n" + text + "\n)")
                .path("statements")
                .path(0)
                .path("node")
                .path("from_table")
                .path("subquery")
                .path("node");
        JsonNode alone = syntax.parse(text).path("statements").path(0).path("node");
        if (!SyntaxTree.essence(inside).equals(SyntaxTree.essence(alone))) {
            throw new SqlRefused("the query cannot stand in parentheses; check comments and parentheses");
        }
    }

    private static void requireOneExpression(JsonNode select, JsonNode item) {
        boolean nothingElse = select.path("select_list").size() == 2
                && select.path("from_table").path("type").asText().equals("BASE_TABLE")
                && select.path("from_table").path("alias").asText().isEmpty()
                && select.path("where_clause").isNull()
                && select.path("modifiers").isEmpty()
                && select.path("group_sets").isEmpty()
                && select.path("cte_map").path("map").isEmpty();
        if (!nothingElse || item.path("class").asText().equals("STAR") || has(item, "SUBQUERY")) {
            throw new SqlRefused("one expression is expected, such as strftime(ts, '%Y-%m-%d') AS day");
        }
        if (has(item, "WINDOW")) {
            throw new SqlRefused("an expression of partition_by looks at one row; OVER is not possible");
        }
    }

    private void requireTheSameElsewhere(String text, JsonNode item) {
        JsonNode elsewhere = syntax.parse("SELECT *, " + text + "\n, 1 FROM (SELECT 1) WHERE true")
                .path("statements")
                .path(0)
                .path("node")
                .path("select_list");
        if (elsewhere.size() != 3 || !SyntaxTree.essence(item).equals(SyntaxTree.essence(elsewhere.path(1)))) {
            throw new SqlRefused("one expression is expected, such as strftime(ts, '%Y-%m-%d') AS day");
        }
    }

    private static boolean has(JsonNode node, String kind) {
        return node.findValuesAsText("class").contains(kind);
    }

    @Override
    public void close() {
        syntax.close();
    }
}
