package dev.caravan.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import dev.caravan.embedded.Credentials;
import dev.caravan.embedded.EmbeddedDatabase;
import dev.caravan.embedded.EmbeddedKafka;
import dev.caravan.embedded.EmbeddedObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/** The bare loop in a process with the same embedded servers, the database that it does not need included. */
final class BareSubject implements Subject {
    private final EmbeddedKafka kafka;
    private final EmbeddedObjectStore store;
    private final EmbeddedDatabase database;
    private final S3Client s3;
    private final BareLoop loop;

    BareSubject(Path data, int messagesPerFile) throws IOException, SQLException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        Credentials credentials = Credentials.in(Files.createDirectories(data).resolve("credentials.properties"));
        database = EmbeddedDatabase.start(
                data.resolve("postgresql"), data.resolve("postgresql-programs"), 0, credentials.databasePassword());
        kafka = EmbeddedKafka.start(data.resolve("kafka"), 0, reason -> System.exit(1));
        store = EmbeddedObjectStore.start(data.resolve("s3"), 0, credentials.s3(), "lake");
        s3 = S3Clients.open(store.connection());
        loop = new BareLoop(endpoints().kafka(), s3, data.resolve("spool"), messagesPerFile);
    }

    @Override
    public Endpoints endpoints() {
        S3Connection connection = store.connection();
        return Endpoints.of(kafka.connection().bootstrapServers(), connection);
    }

    @Override
    public void prepare(int round) {
        s3.createBucket(request -> request.bucket(Subject.bucket(round)));
    }

    @Override
    public void run(int round, long messages, Runnable started) throws Exception {
        loop.run("bare-" + round, Subject.bucket(round), messages, started);
    }

    @Override
    public void finish(int round) {}

    @Override
    public void close() {
        try {
            loop.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        s3.close();
        store.close();
        kafka.close();
        database.close();
    }
}
