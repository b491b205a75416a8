package dev.caravan.kill;

import dev.caravan.testing.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker with two doors: one for the tests, one through a proxy for the program under test. It takes sessions as short
 * as half a second, so that the death of a member is noticed soon.
 */
final class Broker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final TcpProxy proxy;
    private final int direct;

    Broker(Path directory) throws Exception {
        this(directory, Map.of());
    }

    /** @param more settings, which win; the door of the program under test is the listener PROXIED */
    Broker(Path directory, Map<String, String> more) throws Exception {
        direct = Ports.free();
        int proxied = Ports.free();
        int controller = Ports.free();
        proxy = new TcpProxy(proxied);
        Path log = Files.createDirectories(directory.resolve("log"));
        try (PrintStream quiet = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(quiet)
                    .setNodeId(1)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(log.toString())
                    .addDirectory(log.toString())
                    .run();
        }
        Properties settings = settings(log, proxied, controller);
        settings.putAll(more);
        server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        server.startup();
    }

    private Properties settings(Path log, int proxied, int controller) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put(
                "listeners",
                "DIRECT://127.0.0.1:" + direct + ",PROXIED://127.0.0.1:" + proxied + ",CONTROLLER://127.0.0.1:"
                        + controller);
        settings.put("advertised.listeners", "DIRECT://127.0.0.1:" + direct + ",PROXIED://127.0.0.1:" + proxy.port());
        settings.put("listener.security.protocol.map", "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "DIRECT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put("log.dirs", log.toString());
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "500");
        settings.put("auto.create.topics.enable", "false");
        settings.put("num.network.threads", "1");
        settings.put("num.io.threads", "2");
        settings.put("log.cleaner.dedupe.buffer.size", "2097152");
        return settings;
    }

    String bootstrap() {
        return "127.0.0.1:" + direct;
    }

    TcpProxy proxy() {
        return proxy;
    }

    @Override
    public void close() throws IOException {
        server.shutdown();
        server.awaitShutdown();
        proxy.close();
    }
}
