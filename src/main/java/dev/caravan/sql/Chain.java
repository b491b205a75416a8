package dev.caravan.sql;

import dev.caravan.batch.MetaColumn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The queries of a pipeline as one statement: the {@code events} of each is the output of the one before, the first one
 * reads the file. Nothing is materialised between them unless a query reads {@code events} more than once.
 *
 * @param schema DuckDB type of each column, in order
 * @param inlined metadata columns that stand as members in each line
 * @param topic constant of the batch, as {@code partition} is
 */
record Chain(Map<String, String> schema, Set<MetaColumn> inlined, String topic, int partition, List<Step> steps) {
    /** A longer line is not read; what {@code SpoolWriter} adds to the longest message stays below it. */
    private static final int MAX_LINE_BYTES = 16 << 20;

    /** A query and the name of its step. */
    record Step(String name, CheckedQuery query) {}

    Chain then(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new Chain(schema, inlined, topic, partition, List.copyOf(more));
    }

    Chain withSchema(Map<String, String> columns) {
        return new Chain(columns, inlined, topic, partition, steps);
    }

    /** The first {@code count} steps only. */
    Chain upTo(int count) {
        return new Chain(schema, inlined, topic, partition, steps.subList(0, count));
    }

    /** A SELECT with the output of the last step, and with the columns of {@code partitionBy} behind it. */
    String over(Path file, List<CheckedQuery> partitionBy) {
        return select(read(file, readColumns(), false), partitionBy);
    }

    /** @param lenient whether what cannot be read is NULL instead of an error */
    static String read(Path file, Map<String, String> columns, boolean lenient) {
        String types = columns.entrySet().stream()
                .map(column -> Quoted.text(column.getKey()) + ": " + Quoted.text(column.getValue()))
                .collect(Collectors.joining(", "));
        return "read_json(" + Quoted.path(file) + ", format='newline_delimited', records=true, ignore_errors=" + lenient
                + ", maximum_object_size=" + MAX_LINE_BYTES + ", columns={" + types + "})";
    }

    /** The same over a table without rows, for a check of names and types. */
    String overNothing(List<CheckedQuery> partitionBy) {
        String columns = readColumns().entrySet().stream()
                .map(column -> "CAST(NULL AS " + column.getValue() + ") AS " + Quoted.name(column.getKey()))
                .collect(Collectors.joining(", "));
        return select("(SELECT " + columns + ")", partitionBy);
    }

    private String select(String source, List<CheckedQuery> partitionBy) {
        List<String> computed = partitionBy.stream()
                .filter(entry -> !entry.plain())
                .map(CheckedQuery::text)
                .toList();
        if (steps.isEmpty()) {
            List<String> columns = new ArrayList<>();
            schema.keySet().forEach(column -> columns.add(Quoted.name(column)));
            columns.addAll(computed);
            return "SELECT " + String.join("\n, ", columns) + "\nFROM (" + events(source, named(partitionBy))
                    + ") AS events";
        }
        String rows = events(source, steps.get(0).query().metaColumns());
        for (Step step : steps) {
            String kept = step.query().references() > 1 ? "MATERIALIZED" : "NOT MATERIALIZED";
            rows = "WITH events AS " + kept + " (" + rows + ")\nSELECT * FROM (\n"
                    + step.query().text() + "\n)";
        }
        if (computed.isEmpty()) {
            return rows;
        }
        return "SELECT *, " + String.join("\n, ", computed) + "\nFROM (" + rows + ") AS events";
    }

    /** A metadata column that the first query names and the lines do not carry; null when there is none. */
    @Nullable MetaColumn missingColumn() {
        Set<MetaColumn> named =
                steps.isEmpty() ? Set.of() : steps.get(0).query().metaColumns();
        return named.stream()
                .filter(column -> column.variesInBatch() && !inlined.contains(column))
                .findFirst()
                .orElse(null);
    }

    private static Set<MetaColumn> named(Collection<CheckedQuery> queries) {
        Set<MetaColumn> columns = EnumSet.noneOf(MetaColumn.class);
        queries.forEach(query -> columns.addAll(query.metaColumns()));
        return columns;
    }

    private String events(String source, Set<MetaColumn> metaColumns) {
        List<String> columns = new ArrayList<>();
        schema.keySet().forEach(column -> columns.add(Quoted.name(column)));
        for (MetaColumn column : MetaColumn.values()) {
            if (metaColumns.contains(column)) {
                columns.add(metaColumn(column) + " AS " + column.column());
            }
        }
        return "SELECT " + String.join(", ", columns) + " FROM " + source;
    }

    private String metaColumn(MetaColumn column) {
        return switch (column) {
            case TOPIC -> Quoted.text(topic);
            case PARTITION -> Integer.toString(partition);
            case TIMESTAMP -> "make_timestamptz(_timestamp * 1000)";
            default -> column.column();
        };
    }

    /** Names and types of what is read from a line. */
    Map<String, String> readColumns() {
        Map<String, String> columns = new LinkedHashMap<>(schema);
        for (MetaColumn column : inlined) {
            columns.put(column.column(), column == MetaColumn.TIMESTAMP ? "BIGINT" : column.sqlType());
        }
        return columns;
    }
}
