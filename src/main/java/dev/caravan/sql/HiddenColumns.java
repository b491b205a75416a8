package dev.caravan.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.batch.MetaColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps metadata columns out of {@code *}: a query that names {@code _offset} has it as a column of {@code events}, so
 * each star over {@code events} gets an EXCLUDE for it.
 */
final class HiddenColumns {
    private HiddenColumns() {}

    /** A star, and the names under which {@code events} stands in the FROM beside it. */
    record Star(ObjectNode node, List<String> tables) {}

    /** Collects the stars of one SELECT; {@code commonTables} are names that are not the batch. */
    static void collect(ObjectNode select, Set<String> commonTables, Collection<Star> stars) {
        if (commonTables.contains("events")) {
            return;
        }
        List<String> tables = new ArrayList<>();
        collectTables(select.path("from_table"), tables);
        if (!tables.isEmpty()) {
            select.path("select_list").forEach(item -> collectStars(item, tables, stars));
        }
    }

    private static void collectTables(JsonNode from, List<String> tables) {
        switch (from.path("type").asText()) {
            case "JOIN" -> {
                collectTables(from.path("left"), tables);
                collectTables(from.path("right"), tables);
            }
            case "BASE_TABLE" -> {
                if (from.path("table_name").asText().equalsIgnoreCase("events")) {
                    String alias = from.path("alias").asText();
                    tables.add(alias.isEmpty() ? from.path("table_name").asText() : alias);
                }
            }
            default -> {
                // other tables have no metadata columns of their own
            }
        }
    }

    private static void collectStars(JsonNode node, List<String> tables, Collection<Star> stars) {
        if (node.path("class").asText().equals("STAR")) {
            String relation = node.path("relation_name").asText();
            List<String> meant = tables.stream()
                    .filter(table -> relation.isEmpty() || table.equalsIgnoreCase(relation))
                    .toList();
            if (!meant.isEmpty()) {
                stars.add(new Star((ObjectNode) node, meant));
            }
        } else if (!node.path("class").asText().equals("SUBQUERY")) {
            node.forEach(child -> collectStars(child, tables, stars));
        }
    }

    /** Changes the stars in their tree. */
    static void exclude(Collection<Star> stars, Set<MetaColumn> columns) {
        for (Star star : stars) {
            ArrayNode excluded = star.node().withArray("qualified_exclude_list");
            for (MetaColumn column : columns) {
                if (!isHandled(star.node(), column.column())) {
                    for (String table : star.tables()) {
                        excluded.addObject()
                                .put("catalog", "")
                                .put("schema", "")
                                .put("table", table)
                                .put("column", column.column());
                    }
                }
            }
        }
    }

    private static boolean isHandled(ObjectNode star, String column) {
        String text = (star.path("exclude_list").toString()
                        + star.path("qualified_exclude_list")
                        + star.path("replace_list")
                        + star.path("rename_list"))
                .toLowerCase(Locale.ROOT);
        return text.contains('"' + column + '"');
    }
}
