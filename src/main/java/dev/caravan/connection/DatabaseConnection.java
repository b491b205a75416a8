package dev.caravan.connection;

/**
 * Where PostgreSQL is.
 *
 * @param url a JDBC address: {@code jdbc:postgresql://host:port/database}
 */
public record DatabaseConnection(String url, String user, String password) {
    /** The JDBC address without its parameters, which may have a password among them; what people get to see. */
    public String address() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public String toString() {
        return "PostgreSQL at " + address() + " as " + user + " with password ***";
    }
}
