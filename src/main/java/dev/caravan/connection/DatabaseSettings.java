package dev.caravan.connection;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** The external PostgreSQL, in the words of Spring Boot; without a url Caravan brings its own. */
@ConfigurationProperties("spring.datasource")
public record DatabaseSettings(
        @Nullable String url,
        @Nullable String username,
        @Nullable String password) {
    private static final String SCHEME = "jdbc:postgresql:";

    boolean external() {
        return ConnectionSettings.isSet(url);
    }

    DatabaseConnection connection() {
        String address = String.valueOf(url);
        if (!address.startsWith(SCHEME)) {
            throw new StartException(
                    "SPRING_DATASOURCE_URL must start with " + SCHEME + " (Caravan knows no other database).");
        }
        return new DatabaseConnection(address, username == null ? "" : username, password == null ? "" : password);
    }

    @Override
    public String toString() {
        return "DatabaseSettings[" + username + ", ***]";
    }
}
