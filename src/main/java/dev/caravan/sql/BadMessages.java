package dev.caravan.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.batch.DeadMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the lines that the strict reader refuses. A lenient reading gives NULL for whatever it cannot read, so only lines
 * with a NULL are suspects; those are looked at closely, still many at a time.
 */
final class BadMessages {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINE = "\"line of the batch\"";
    private static final Pattern NUMERIC = Pattern.compile(
            "(?i)(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|INT[1-8]|FLOAT\\d?|DOUBLE|REAL|(DECIMAL|NUMERIC)\\b.*)");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9].*");
    private static final Set<String> ANYTHING = Set.of("VARCHAR", "TEXT", "STRING", "CHAR", "BPCHAR", "JSON");
    private static final int SHOWN = 60;

    private final Session session;
    private final Source source;
    private final Path suspectsFile;

    /** @param suspectsFile where a file may be made */
    BadMessages(Session session, Source source, Path suspectsFile) {
        this.session = session;
        this.source = source;
        this.suspectsFile = suspectsFile;
    }

    /** @param select the statement that failed; columns that it does not read are not checked */
    List<DeadMessage> find(Chain chain, String select, Survivors survivors) throws SQLException, IOException {
        Map<String, String> columns = columnsOf(chain, select);
        int[] lines = survivors.lines();
        // a query that reads no column, such as a count, is still refused by a line that is no JSON
        Map<String, String> looked = columns.isEmpty() ? chain.readColumns() : columns;
        int[] suspects = suspects(looked, survivors.file()).stream()
                .mapToInt(index -> lines[index])
                .toArray();
        Survivors.copy(source.spool(), suspects, 0, suspects.length, suspectsFile);
        Map<Integer, DeadMessage> wrong = wronglyTyped(columns, suspects);
        List<DeadMessage> bad = new ArrayList<>();
        for (int line : suspects) {
            MessageCheck.Fault fault = MessageCheck.faultOf(source.spool().line(line), columns.keySet());
            DeadMessage typed = wrong.get(line);
            if (fault != null) {
                bad.add(source.dead(line, fault.reason(), fault.detail(), null));
            } else if (typed != null) {
                bad.add(typed);
            }
        }
        return bad;
    }

    /** The columns that the statement reads, with their types. */
    private Map<String, String> columnsOf(Chain chain, String select) throws SQLException {
        Set<String> named = new LinkedHashSet<>();
        for (String plan : session.query("EXPLAIN (FORMAT json) " + select, row -> row.getString(2))) {
            try {
                collect(JSON.readTree(plan), named);
            } catch (JsonProcessingException e) {
                named.addAll(chain.readColumns().keySet());
            }
        }
        Map<String, String> columns = new LinkedHashMap<>(chain.readColumns());
        columns.keySet().retainAll(named);
        return columns;
    }

    private static void collect(JsonNode node, Set<String> columns) {
        if (node.path("name").asText().strip().equals("READ_JSON")) {
            JsonNode read = node.path("extra_info").path("Projections");
            if (read.isArray()) {
                read.forEach(column -> columns.add(column.asText()));
            } else if (read.isTextual()) {
                columns.add(read.asText());
            }
        }
        if (node.isContainerNode()) {
            node.forEach(child -> collect(child, columns));
        }
    }

    /** Numbers, among the lines that are not blank, of those where a lenient reading has a NULL. */
    private List<Integer> suspects(Map<String, String> columns, Path file) throws SQLException {
        String isSuspect = columns.entrySet().stream()
                .map(column -> isNested(column.getValue())
                        ? "contains(CAST(" + Quoted.name(column.getKey()) + " AS VARCHAR), 'NULL') OR "
                                + Quoted.name(column.getKey()) + " IS NULL"
                        : Quoted.name(column.getKey()) + " IS NULL")
                .collect(Collectors.joining(" OR "));
        return session.query(
                "SELECT " + LINE + " FROM (" + numbered(file, columns) + ") WHERE " + isSuspect, row -> row.getInt(1));
    }

    private Map<Integer, DeadMessage> wronglyTyped(Map<String, String> columns, int[] suspects) throws SQLException {
        List<String> names = new ArrayList<>();
        StringBuilder which = new StringBuilder("CASE");
        StringBuilder what = new StringBuilder("CASE");
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, String> column : columns.entrySet()) {
            if (!isNested(column.getValue())
                    && !ANYTHING.contains(column.getValue().toUpperCase(java.util.Locale.ROOT))) {
                String name = Quoted.name(column.getKey());
                String isWrong =
                        " WHEN " + name + " IS NOT NULL AND CAST(" + name + " AS VARCHAR) <> 'null' AND TRY_CAST("
                                + name + " AS " + column.getValue() + ") IS NULL THEN ";
                which.append(isWrong).append(names.size());
                what.append(isWrong).append("left(CAST(" + name + " AS VARCHAR), " + SHOWN + ")");
                names.add(column.getKey());
                texts.put(column.getKey(), "JSON");
            }
        }
        Map<Integer, DeadMessage> wrong = new LinkedHashMap<>();
        if (names.isEmpty() || suspects.length == 0) {
            return wrong;
        }
        session.query(
                "SELECT * FROM (SELECT " + LINE + ", " + which + " END AS which, " + what + " END AS what FROM ("
                        + numbered(suspectsFile, texts) + ")) WHERE which IS NOT NULL",
                row -> {
                    int line = suspects[row.getInt(1)];
                    String column = names.get(row.getInt(2));
                    String type = columns.getOrDefault(column, "");
                    return wrong.put(line, wrongType(line, column, type, row.getString(3)));
                });
        return wrong;
    }

    private DeadMessage wrongType(int line, String column, String type, String value) {
        boolean tooBig =
                NUMERIC.matcher(type).matches() && NUMBER.matcher(value).matches();
        return tooBig
                ? source.dead(
                        line, "out_of_range", "column " + column + ": " + value + " does not fit in " + type, null)
                : source.dead(line, "wrong_type", "column " + column + ": " + value + " is not a " + type, null);
    }

    private static String numbered(Path file, Map<String, String> columns) {
        return "SELECT row_number() OVER () - 1 AS " + LINE + ", * FROM " + Chain.read(file, columns, true);
    }

    static boolean isNested(String type) {
        return (type.contains("(") && !NUMERIC.matcher(type).matches()) || type.contains("[");
    }
}
