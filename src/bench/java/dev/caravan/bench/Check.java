package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Reads back what a round wrote, through S3 and DuckDB, and holds it against the truth. */
final class Check {
    private Check() {}

    /** What is in a bucket. */
    record Found(int files, long bytes, long rows, long users, double gross) {
        boolean is(Events.Truth truth) {
            return rows == truth.rows()
                    && users == truth.users()
                    && Math.abs(gross - truth.gross()) < 1e-6 * truth.gross();
        }
    }

    static Found read(S3Client s3, String bucket, Path directory) throws IOException, SQLException {
        List<S3Object> objects = s3.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                .toList();
        Files.createDirectories(directory);
        for (int i = 0; i < objects.size(); i++) {
            String key = objects.get(i).key();
            s3.getObject(request -> request.bucket(bucket).key(key), directory.resolve(i + ".parquet"));
        }
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("SET threads=1");
            statement.execute("SET memory_limit='200MB'");
            try (ResultSet sums = statement.executeQuery("SELECT count(*), sum(user_id)::BIGINT, sum(gross) FROM '"
                    + directory + "/*.parquet' WHERE event = lower(event) AND length(ts) = 24")) {
                sums.next();
                long bytes = objects.stream().mapToLong(S3Object::size).sum();
                return new Found(objects.size(), bytes, sums.getLong(1), sums.getLong(2), sums.getDouble(3));
            }
        } finally {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
