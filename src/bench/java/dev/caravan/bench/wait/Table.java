package dev.caravan.bench.wait;

import dev.caravan.connection.DatabaseConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The database beside the program: what is in it, and what a bare update in it costs. */
final class Table implements AutoCloseable {
    private final DatabaseConnection database;
    private final Connection connection;

    Table(DatabaseConnection database) throws SQLException {
        this.database = database;
        this.connection = open();
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }

    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    int change(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    long waiting() throws SQLException {
        return number("SELECT coalesce(sum(waiting), 0) FROM wait_count");
    }

    /** From the end of each wait to the commit of the objects with its row; of those that ended since a moment. */
    Figures untilDelivered(String since, double seconds) throws SQLException {
        List<Long> nanos = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT extract(epoch FROM f.committed_at - w.ended_at) * 1000000000
                        FROM wait w JOIN pipeline_partition p
                            ON p.pipeline = w.pipeline AND p.topic = w.topic AND p.partition = w.partition
                        JOIN (SELECT partition_id, committed_at, unnest(offsets) AS at FROM pipeline_file
                              WHERE after_step IS NOT NULL AND claimed_at >= '%1$s') f
                            ON f.partition_id = p.id AND f.at = w."offset"
                        WHERE w.status = 'received' AND w.ended_at >= '%1$s' AND w.sent_by <> 'bare'""".formatted(since))) {
            while (rows.next()) {
                nanos.add(rows.getLong(1));
            }
        }
        return new Figures(seconds, nanos.stream().mapToLong(Long::longValue).toArray());
    }

    String now() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT clock_timestamp()::text")) {
            row.next();
            return row.getString(1);
        }
    }

    /** The update at the heart of a send, and nothing else. */
    Load.Work bareUpdate(Keys keys) throws SQLException {
        Connection own = open();
        PreparedStatement update = own.prepareStatement("""
                UPDATE wait SET status = 'received', response_payload = ?, received_at = now(), ended_at = now(),
                    sent_by = 'bare'
                WHERE project = 'default' AND event_key = ? AND status = 'waiting' AND expires_at > clock_timestamp()
                """);
        return new Load.Work() {
            @Override
            public void once() throws SQLException {
                update.setString(1, "{\"by\":\"bench\"}");
                update.setString(2, keys.next());
                if (update.executeUpdate() != 1) {
                    throw new SQLException("nobody waits");
                }
            }

            @Override
            public void close() throws SQLException {
                own.close();
            }
        };
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
