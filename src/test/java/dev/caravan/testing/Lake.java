package dev.caravan.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The rows of a bucket's Parquet files, read with DuckDB as anybody would. */
public final class Lake {
    private final Path bucket;

    public Lake(Path bucket) {
        this.bucket = bucket;
    }

    /** The rows of all files below {@code prefix}, in order; none while there is no file yet. */
    public List<List<Object>> rows(String prefix, String columns) throws SQLException {
        String pattern = bucket.resolve(prefix) + "/**/*.parquet";
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            // reading a pattern without files is an error; listing it is not
            try (ResultSet file = statement.executeQuery("SELECT file FROM glob('" + pattern + "') LIMIT 1")) {
                if (!file.next()) {
                    return List.of();
                }
            }
            List<List<Object>> rows = new ArrayList<>();
            String query = "SELECT " + columns + " FROM read_parquet('" + pattern + "') ORDER BY ALL";
            try (ResultSet row = statement.executeQuery(query)) {
                while (row.next()) {
                    rows.add(values(row));
                }
            }
            return rows;
        }
    }

    private static List<Object> values(ResultSet row) throws SQLException {
        List<Object> values = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            values.add(row.getObject(column));
        }
        return values;
    }
}
