package dev.caravan.sql;

import dev.caravan.batch.MetaColumn;
import java.util.Set;

/**
 * A SELECT, or an expression of {@code partition_by}, that {@link SqlGuard} has let through.
 *
 * @param text SQL to run: the author's, except that {@code *} leaves out the metadata columns that the query names
 * @param column name of the column of a {@code partition_by} entry, empty for a SELECT
 * @param plain whether a {@code partition_by} entry is only the name of a column
 * @param metaColumns metadata columns that are named anywhere in it
 * @param references how often {@code events} is read
 */
public record CheckedQuery(String text, String column, boolean plain, Set<MetaColumn> metaColumns, int references) {
    public CheckedQuery {
        metaColumns = Set.copyOf(metaColumns);
    }
}
