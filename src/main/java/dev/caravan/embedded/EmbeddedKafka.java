package dev.caravan.embedded;

import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.StartException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker with its controller in this process, on a directory that outlives it. Whoever starts it holds the lock of
 * the data directory: Kafka takes its own lock only after it has opened the metadata log.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final int ATTEMPTS = 3;

    private static final String SETTINGS = """
            process.roles=broker,controller
            node.id=1
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=1
            transaction.state.log.replication.factor=1
            transaction.state.log.num.partitions=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.num.partitions=1
            share.coordinator.state.topic.min.isr=1
            # after a crash the broker is refused until its last session ends: keep that short
            broker.session.timeout.ms=2500
            broker.heartbeat.interval.ms=500
            controlled.shutdown.enable=true
            group.initial.rebalance.delay.ms=0
            num.partitions=4
            message.max.bytes=16777216
            replica.fetch.max.bytes=16777216
            num.network.threads=1
            num.io.threads=2
            log.cleaner.dedupe.buffer.size=2097152
            """;

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts on the directory, which is formatted when it is new.
     *
     * @param port 0 for any free one
     * @param onFatal told why, when the broker gives up later on: Kafka would end the process
     */
    public static EmbeddedKafka start(Path directory, int port, Consumer<String> onFatal) {
        ExitReplaced exit = ExitReplaced.install();
        Path log = directory.toAbsolutePath().resolve("log");
        format(log);
        for (int attempt = 1; ; attempt++) {
            int chosen = Ports.choose(port, "Kafka", "CARAVAN_EMBEDDED_KAFKA_PORT");
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings(log, chosen), false), Time.SYSTEM);
            try {
                server.startup();
                exit.onFatal = onFatal;
                return new EmbeddedKafka(server, chosen);
            } catch (RuntimeException e) {
                stop(server);
                if (port != 0 || attempt == ATTEMPTS || !isTakenPort(e)) {
                    throw new StartException(
                            "The embedded Kafka does not start on " + directory + ": " + rootMessage(e), e);
                }
            }
        }
    }

    public KafkaConnection connection() {
        return new KafkaConnection(Ports.HOST + ":" + port, Map.of());
    }

    @Override
    public void close() {
        stop(server);
    }

    private static void stop(KafkaRaftServer server) {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Properties settings(Path log, int port) {
        Properties settings = new Properties();
        try {
            settings.load(new StringReader(SETTINGS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String broker = "PLAINTEXT://" + Ports.HOST + ":" + port;
        String controller = Ports.HOST + ":" + Ports.free();
        settings.put("listeners", broker + ",CONTROLLER://" + controller);
        settings.put("advertised.listeners", broker);
        settings.put("controller.quorum.voters", "1@" + controller);
        settings.put("log.dirs", log.toString());
        return settings;
    }

    private static void format(Path log) {
        if (Files.exists(log.resolve("meta.properties"))) {
            return;
        }
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            Files.createDirectories(log);
            new Formatter()
                    .setPrintStream(silent)
                    .setNodeId(1)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(log.toString())
                    .addDirectory(log.toString())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) {
            throw new StartException(
                    "The directory " + log + " cannot be prepared for the embedded Kafka: " + e.getMessage(), e);
        }
    }

    private static boolean isTakenPort(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Kafka ends the process on a fatal fault; here that is not its to decide. */
    private static final class ExitReplaced implements Exit.Procedure {
        private volatile Consumer<String> onFatal = reason -> {};

        static ExitReplaced install() {
            ExitReplaced procedure = new ExitReplaced();
            Exit.setExitProcedure(procedure);
            Exit.setHaltProcedure(procedure);
            return procedure;
        }

        @Override
        public void execute(int status, @Nullable String message) {
            onFatal.accept(message == null ? "exit status " + status : message);
        }
    }
}
