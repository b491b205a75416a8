package dev.caravan.kill;

import dev.caravan.kill.Bucket.Downloaded;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Reads files as anybody would who has DuckDB: many at once, and one by one when that fails. */
final class FileRows implements AutoCloseable {
    private final Connection duck;

    FileRows() throws SQLException {
        duck = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = duck.createStatement()) {
            statement.execute("SET threads = 1");
        }
    }

    /** What a row says of the message that it came from. */
    record Row(int partition, long offset, long seq, long crc) {}

    /** Gives every row of every file to {@code rows}, and each file that cannot be read to {@code unreadable}. */
    void read(List<Downloaded> files, BiConsumer<Downloaded, Row> rows, BiConsumer<Downloaded, String> unreadable) {
        Map<String, List<Downloaded>> byFormat = files.stream().collect(Collectors.groupingBy(FileRows::reader));
        byFormat.forEach((reader, alike) -> {
            if (firstError(reader, alike) == null) {
                rows(reader, alike, rows);
            } else {
                alike.forEach(file -> readAlone(reader, file, rows, unreadable));
            }
        });
    }

    private void readAlone(
            String reader,
            Downloaded file,
            BiConsumer<Downloaded, Row> rows,
            BiConsumer<Downloaded, String> unreadable) {
        String error = firstError(reader, List.of(file));
        if (error == null) {
            rows(reader, List.of(file), rows);
        } else {
            unreadable.accept(file, error);
        }
    }

    private String firstError(String reader, List<Downloaded> files) {
        try (Statement statement = duck.createStatement()) {
            // reads every column, so that a file with one broken page is found before its rows are counted
            statement
                    .executeQuery(
                            "SELECT count(*), sum(hash(_partition, _offset, seq, crc)) FROM " + from(reader, files))
                    .close();
            return null;
        } catch (SQLException e) {
            return e.getMessage().lines().findFirst().orElse("");
        }
    }

    private void rows(String reader, List<Downloaded> files, BiConsumer<Downloaded, Row> consumer) {
        Map<String, Downloaded> byName = new HashMap<>();
        files.forEach(file -> byName.put(file.file().toString(), file));
        try (Statement statement = duck.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT filename, _partition, _offset, seq, crc FROM " + from(reader, files))) {
            while (row.next()) {
                consumer.accept(
                        byName.get(row.getString(1)),
                        new Row(row.getInt(2), row.getLong(3), row.getLong(4), row.getLong(5)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Key-value metadata inside Parquet files, by path; a file that cannot be read is missing. */
    Map<String, Map<String, String>> parquetMetadata(List<Downloaded> files) {
        Map<String, Map<String, String>> byFile = new HashMap<>();
        try {
            readMetadata(files, byFile);
        } catch (SQLException e) {
            byFile.clear();
            files.forEach(file -> readMetadataAlone(file, byFile));
        }
        return byFile;
    }

    private void readMetadataAlone(Downloaded file, Map<String, Map<String, String>> byFile) {
        try {
            readMetadata(List.of(file), byFile);
        } catch (SQLException e) {
            byFile.remove(file.file().toString());
        }
    }

    private void readMetadata(List<Downloaded> files, Map<String, Map<String, String>> byFile) throws SQLException {
        if (files.isEmpty()) {
            return;
        }
        String query = "SELECT file_name, decode(key), decode(value) FROM parquet_kv_metadata(" + paths(files) + ")";
        try (Statement statement = duck.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                byFile.computeIfAbsent(row.getString(1), name -> new HashMap<>())
                        .put(row.getString(2), row.getString(3));
            }
        }
    }

    private static String reader(Downloaded file) {
        String columns = "columns={_partition: 'INTEGER', _offset: 'BIGINT', seq: 'BIGINT', crc: 'BIGINT'}";
        if (file.key().contains(".ndjson")) {
            return "read_json(%s, filename=true, format='newline_delimited', " + columns + ")";
        }
        return file.key().contains(".csv")
                ? "read_csv(%s, filename=true, header=true, " + columns + ")"
                : "read_parquet(%s, filename=true, hive_partitioning=false)";
    }

    private static String from(String reader, List<Downloaded> files) {
        return String.format(reader, paths(files));
    }

    private static String paths(List<Downloaded> files) {
        return files.stream()
                .map(Downloaded::file)
                .map(Path::toString)
                .map(path -> "'" + path.replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    @Override
    public void close() throws SQLException {
        duck.close();
    }
}
