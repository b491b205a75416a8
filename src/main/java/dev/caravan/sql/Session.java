package dev.caravan.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A connection while one thread works with it. It stays usable after an error. */
final class Session implements AutoCloseable {
    private final Sessions owner;
    private final Connection connection;
    private final int timeLimitSeconds;
    private boolean lost;

    Session(Sessions owner, Connection connection, Duration timeLimit) {
        this.owner = owner;
        this.connection = connection;
        this.timeLimitSeconds = (int) Math.max(1, timeLimit.toSeconds());
    }

    /** Runs a statement. @return the rows that it changed or wrote */
    long execute(String sql) throws SQLException {
        try (Statement statement = statement()) {
            statement.execute(sql);
            return Math.max(0, statement.getUpdateCount());
        } catch (SQLException e) {
            throw seen(e);
        }
    }

    /** Runs a statement with a small result. */
    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        try (Statement statement = statement();
                ResultSet result = statement.executeQuery(sql)) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        } catch (SQLException e) {
            throw seen(e);
        }
    }

    private Statement statement() throws SQLException {
        Statement statement = connection.createStatement();
        statement.setQueryTimeout(timeLimitSeconds);
        return statement;
    }

    private SQLException seen(SQLException e) {
        lost |= Sessions.isEndOfInstance(e);
        return e;
    }

    @Override
    public void close() {
        owner.giveBack(connection);
        if (lost) {
            owner.discardInstance();
        }
    }

    /** Reads the current row of a result. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
