package dev.caravan.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** DuckDB's own parser as a function: text to tree and back. Nothing is ever run on its connection but these two. */
final class SyntaxTree implements AutoCloseable {
    private static final int MAX_TREE_DEPTH = 900;
    private static final Set<String> WITHOUT_MEANING = Set.of("query_location", "materialized");

    /** A set, which comes back in another order. */
    private static final String EXCLUDED = "qualified_exclude_list";

    private final ObjectMapper json = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_TREE_DEPTH)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private final Connection connection;

    SyntaxTree() {
        try {
            connection = Sessions.connect();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET temp_directory=''");
                statement.execute("SET enable_external_access=false");
                statement.execute("SET threads=1");
                statement.execute("SET lock_configuration=true");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB does not start: " + e.getMessage(), e);
        }
    }

    /** @throws SqlRefused when it is not exactly one SELECT */
    ObjectNode parse(String sql) {
        JsonNode answer = tree(call("SELECT json_serialize_sql(CAST(? AS VARCHAR))", sql));
        if (answer.path("error").asBoolean()) {
            throw new SqlRefused(sentence(sql, answer));
        }
        JsonNode statements = answer.path("statements");
        if (statements.size() != 1) {
            throw new SqlRefused("one SELECT is expected, here are " + statements.size() + " statements");
        }
        return (ObjectNode) answer;
    }

    String text(ObjectNode tree) {
        return call("SELECT json_deserialize_sql(CAST(? AS JSON))", tree.toString());
    }

    /** The tree without what does not change its meaning. */
    static JsonNode essence(JsonNode tree) {
        JsonNode copy = tree.deepCopy();
        strip(copy);
        return copy;
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(WITHOUT_MEANING);
            if (object.path(EXCLUDED).size() > 1) {
                List<JsonNode> excluded = new ArrayList<>();
                object.path(EXCLUDED).forEach(excluded::add);
                excluded.sort(Comparator.comparing(JsonNode::toString));
                object.putArray(EXCLUDED).addAll(excluded);
            }
        }
        if (node instanceof ObjectNode || node instanceof ArrayNode) {
            node.forEach(SyntaxTree::strip);
        }
    }

    private static String sentence(String sql, JsonNode answer) {
        String message = answer.path("error_message").asText();
        if (message.startsWith("Only SELECT")) {
            return "only a SELECT is possible";
        }
        if (message.startsWith("memory exhausted") || message.startsWith("Max expression depth")) {
            return "the query is nested too deeply";
        }
        int position = answer.path("position").asInt(-1);
        if (position < 0 || position > sql.length()) {
            return message;
        }
        String before = sql.substring(0, position);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = position - (before.lastIndexOf('\n') + 1) + 1;
        return message + " (line " + line + ", column " + column + ")";
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SqlRefused("the query is nested too deeply");
        }
    }

    private synchronized String call(String sql, String argument) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, argument);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        } catch (SQLException e) {
            throw new SqlRefused(SqlFailure.of(e).sentence());
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
