package dev.caravan.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * One sandboxed DuckDB instance and its pool of connections. It reads and writes files of one directory, never leaves the
 * limits it was opened with, and holds no tables.
 */
final class Sessions implements AutoCloseable {
    private static final Set<String> NO_MORE = Set.of("FATAL Error", "INTERNAL Error");

    private final Path directory;
    private final SqlSettings settings;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private @Nullable DuckDBConnection root;
    private boolean closed;

    Sessions(Path directory, SqlSettings settings) {
        this.directory = directory.toAbsolutePath().normalize();
        this.settings = settings;
        try {
            Files.createDirectories(this.directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DuckDBConnection connect() throws SQLException {
        // not through DriverManager, whose list of drivers depends on the class loader of the caller
        return (DuckDBConnection) new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
    }

    Path directory() {
        return directory;
    }

    /** A connection whose {@code now()} is the time of the batch; give it back by closing the session. */
    Session open(Instant batchTime) throws SQLException {
        Connection connection = take();
        try {
            long micros = Math.addExact(
                    Math.multiplyExact(batchTime.getEpochSecond(), 1_000_000L), batchTime.getNano() / 1000);
            execute(connection, "SET VARIABLE batch_time = make_timestamptz(" + micros + ")");
            return new Session(this, connection, settings.timeLimit());
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    synchronized void giveBack(Connection connection) {
        if (closed || root == null) {
            shut(connection);
        } else {
            idle.push(connection);
        }
    }

    /** Forgets the instance after it has declared itself unusable; the next session gets a new one. */
    synchronized void discardInstance() {
        idle.forEach(Sessions::shut);
        idle.clear();
        if (root != null) {
            shut(root);
            root = null;
        }
    }

    private synchronized Connection take() throws SQLException {
        if (closed) {
            throw new SQLException("the engine is closed");
        }
        if (root == null) {
            root = start();
        }
        Connection connection = idle.poll();
        return connection == null ? root.duplicate() : connection;
    }

    private DuckDBConnection start() throws SQLException {
        DuckDBConnection connection = connect();
        try {
            for (String macro : Macros.statements()) {
                execute(connection, macro);
            }
            lock(connection);
            verify(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The order matters: what is set after external access is off may be refused, or silently widen it again. */
    private void lock(Connection connection) throws SQLException {
        execute(connection, "SET temp_directory=''");
        execute(connection, "SET allowed_directories=[" + Quoted.path(directory) + "]");
        execute(connection, "SET enable_external_access=false");
        execute(connection, "SET autoinstall_known_extensions=false");
        execute(connection, "SET autoload_known_extensions=false");
        execute(connection, "SET memory_limit='" + settings.memoryLimit().toBytes() + "B'");
        execute(connection, "SET threads=1");
        execute(connection, "SET partitioned_write_max_open_files=" + (Partitions.MAX_PARTITIONS + 1));
        execute(connection, "SET GLOBAL TimeZone='UTC'");
        execute(connection, "SET lock_configuration=true");
    }

    private void verify(Connection connection) throws SQLException {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("temp_directory", "");
        expected.put("allowed_directories", "[" + directory + "/]");
        expected.put("allowed_paths", "[]");
        expected.put("enable_external_access", "false");
        expected.put("autoinstall_known_extensions", "false");
        expected.put("autoload_known_extensions", "false");
        expected.put("threads", "1");
        expected.put("TimeZone", "UTC");
        expected.put("lock_configuration", "true");
        for (Map.Entry<String, String> setting : expected.entrySet()) {
            String actual = String.valueOf(
                    query(connection, "SELECT current_setting(" + Quoted.text(setting.getKey()) + ")::VARCHAR"));
            if (!actual.equals(setting.getValue())) {
                throw new SQLException("DuckDB's setting " + setting.getKey() + " is " + actual + " and not "
                        + setting.getValue() + "; queries would not be confined");
            }
        }
    }

    static boolean isEndOfInstance(SQLException e) {
        String message = String.valueOf(e.getMessage());
        return NO_MORE.stream().anyMatch(message::contains);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static @Nullable String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.next() ? result.getString(1) : null;
        }
    }

    private static void shut(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        discardInstance();
    }
}
