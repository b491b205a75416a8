package dev.caravan.connection;

/**
 * Where PostgreSQL is.
 *
 * @param url a JDBC address: {@code jdbc:postgresql://host:port/database}
 */
public record DatabaseConnection(String url, String user, String password) {
    @Override
    public String toString() {
        return "PostgreSQL at " + url + " as " + user + " with password ***";
    }
}
