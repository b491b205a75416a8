package dev.caravan.embedded;

import dev.caravan.connection.Bundled;
import dev.caravan.connection.BundledServers;
import dev.caravan.connection.DataDirectory;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Connection;
import dev.caravan.connection.StartException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Starts the bundled servers that are wanted, side by side, while the rest of Caravan is being built; stops them last,
 * because everything that uses them depends on this bean.
 */
@Component
final class EmbeddedServers implements BundledServers, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedServers.class);

    private final @Nullable CompletableFuture<EmbeddedKafka> kafka;
    private final @Nullable CompletableFuture<EmbeddedDatabase> database;
    private final @Nullable CompletableFuture<EmbeddedObjectStore> store;
    private volatile boolean stopping;

    EmbeddedServers(DataDirectory data, Bundled bundled, EmbeddedSettings settings) {
        Path root = data.root();
        Path binaries = settings.binaries() == null ? root.resolve("postgresql-programs") : settings.binaries();
        if (bundled.kafka() || bundled.database() || bundled.s3()) {
            log.info("Starting {} in {}", wanted(bundled), root);
        }
        Credentials credentials = Credentials.in(root.resolve("credentials.properties"));
        ExecutorService starters = Executors.newFixedThreadPool(3);
        database = start(
                starters,
                bundled.database(),
                () -> EmbeddedDatabase.start(
                        root.resolve("postgresql"), binaries, settings.pgPort(), credentials.databasePassword()));
        kafka = start(
                starters,
                bundled.kafka(),
                () -> EmbeddedKafka.start(root.resolve("kafka"), settings.kafkaPort(), this::kafkaGaveUp));
        store = start(
                starters,
                bundled.s3(),
                () -> EmbeddedObjectStore.start(
                        root.resolve("s3"), settings.s3Port(), credentials.s3(), settings.bucket()));
        starters.shutdown();
    }

    private static String wanted(Bundled bundled) {
        Stream<String> servers = Stream.of(
                bundled.kafka() ? "Kafka" : "", bundled.database() ? "PostgreSQL" : "", bundled.s3() ? "S3" : "");
        return servers.filter(name -> !name.isEmpty()).collect(Collectors.joining(", "));
    }

    @Override
    public KafkaConnection kafka() {
        return up(kafka).connection();
    }

    @Override
    public DatabaseConnection database() {
        return up(database).connection();
    }

    @Override
    public S3Connection s3() {
        return up(store).connection();
    }

    @Override
    public void destroy() {
        stopping = true;
        List<String> failures = new ArrayList<>();
        stop(store, failures);
        stop(kafka, failures);
        stop(database, failures);
        failures.forEach(failure -> log.warn("An embedded server did not stop: {}", failure));
    }

    private static <T> @Nullable CompletableFuture<T> start(
            ExecutorService starters, boolean wanted, Supplier<T> server) {
        return wanted ? CompletableFuture.supplyAsync(server, starters) : null;
    }

    private static <T> T up(@Nullable CompletableFuture<T> server) {
        if (server == null) {
            throw new IllegalStateException("This server is not embedded");
        }
        try {
            return server.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartException sentence ? sentence : e;
        }
    }

    private static void stop(@Nullable CompletableFuture<? extends AutoCloseable> server, List<String> failures) {
        if (server == null) {
            return;
        }
        try {
            AutoCloseable started = server.handle((s, failure) -> s).join();
            if (started != null) {
                started.close();
            }
        } catch (Exception e) {
            failures.add(e.toString());
        }
    }

    /** A broker that is gone does not come back; a new start is the way out, and a supervisor's job. */
    private void kafkaGaveUp(String reason) {
        if (stopping) {
            return;
        }
        log.error("The embedded Kafka gave up ({}); Caravan stops.", reason);
        new Thread(() -> System.exit(1), "kafka-gave-up").start();
    }
}
