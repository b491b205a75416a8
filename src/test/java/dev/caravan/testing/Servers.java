package dev.caravan.testing;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import dev.caravan.embedded.Credentials;
import dev.caravan.embedded.EmbeddedDatabase;
import dev.caravan.embedded.EmbeddedKafka;
import dev.caravan.embedded.EmbeddedObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Real servers for plain JUnit tests: each starts on first use, once per test JVM, in a temporary directory, and stops with
 * the JVM. Tests keep apart by names of their own: {@link #newDatabase()}, {@link #newName(String)} for topics and buckets.
 */
public final class Servers {
    /** A bucket that is there from the start. */
    public static final String BUCKET = "lake";

    private Servers() {}

    /** Of Kafka; topics are made on first use, with 4 partitions. */
    public static KafkaConnection kafka() {
        return Kafka.SERVER.connection();
    }

    /** Of the database {@code postgres}, which all tests share. */
    public static DatabaseConnection database() {
        return Database.SERVER.connection();
    }

    public static S3Connection s3() {
        return ObjectStore.SERVER.connection();
    }

    /** A client for everybody; do not close it. */
    public static S3Client s3Client() {
        return ObjectStore.CLIENT;
    }

    /** For a replica of the whole program that uses these servers and the database. */
    public static Map<String, String> settings(DatabaseConnection database) {
        S3Connection.Keys keys = Objects.requireNonNull(s3().keys());
        return Map.of(
                "caravan.kafka.bootstrap.servers",
                kafka().bootstrapServers(),
                "spring.datasource.url",
                database.url(),
                "spring.datasource.username",
                database.user(),
                "spring.datasource.password",
                database.password(),
                "caravan.s3.endpoint",
                String.valueOf(s3().endpoint()),
                "caravan.s3.access-key",
                keys.access(),
                "caravan.s3.secret-key",
                keys.secret());
    }

    /** An empty database of one's own. */
    public static DatabaseConnection newDatabase() {
        DatabaseConnection shared = database();
        String name = newName("test").replace('-', '_');
        try (Connection connection = DriverManager.getConnection(shared.url(), shared.user(), shared.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return new DatabaseConnection(
                shared.url().substring(0, shared.url().lastIndexOf('/') + 1) + name, shared.user(), shared.password());
    }

    /** A data source without a pool. */
    public static PGSimpleDataSource dataSource(DatabaseConnection connection) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(connection.url());
        source.setUser(connection.user());
        source.setPassword(connection.password());
        return source;
    }

    /** A name nobody else has. */
    public static String newName(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8).toLowerCase(Locale.ROOT);
    }

    /** A temporary directory that goes with the JVM, after the servers in it. */
    static Path directory(String name) {
        try {
            return Files.createTempDirectory("caravan-test-" + name + "-").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where all test JVMs unpack PostgreSQL to. */
    public static Path binaries() {
        return Path.of(
                System.getProperty("java.io.tmpdir"), "caravan-test-binaries-" + System.getProperty("user.name"));
    }

    private static <T extends AutoCloseable> T stoppedWithTheJvm(T server, Path directory) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
                FileSystemUtils.deleteRecursively(directory);
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        return server;
    }

    private static final class Kafka {
        static final EmbeddedKafka SERVER = start();

        private static EmbeddedKafka start() {
            Path directory = directory("kafka");
            return stoppedWithTheJvm(EmbeddedKafka.start(directory, 0, System.err::println), directory);
        }
    }

    private static final class Database {
        static final EmbeddedDatabase SERVER = start();

        private static EmbeddedDatabase start() {
            Path directory = directory("postgresql");
            return stoppedWithTheJvm(EmbeddedDatabase.start(directory, binaries(), 0, "test-password"), directory);
        }
    }

    private static final class ObjectStore {
        static final EmbeddedObjectStore SERVER = start();
        static final S3Client CLIENT = S3Clients.open(SERVER.connection());

        private static EmbeddedObjectStore start() {
            Path directory = directory("s3");
            Credentials credentials = Credentials.in(directory.resolve("credentials.properties"));
            Path objects = directory.resolve("objects");
            return stoppedWithTheJvm(EmbeddedObjectStore.start(objects, 0, credentials.s3(), BUCKET), directory);
        }
    }
}
