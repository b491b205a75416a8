package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.Lake;
import dev.caravan.testing.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka that takes only TLS and a password, beside the embedded PostgreSQL and S3: every client gets caravan.kafka.*. */
class SecuredKafkaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String PASSWORD = "for-this-test";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    @TempDir
    Path directory;

    @Test
    void aMessagePassesTwoPipelinesOverTlsWithAPassword() throws Exception {
        Path keys = certificate();
        try (Broker broker = new Broker(directory.resolve("kafka"), secured(keys));
                Launcher launcher = new Launcher("secured", environment(broker, keys), pipeline(), options());
                CaravanProcess child = launcher.start("secured", 0, List.of())) {
            createTopic(broker, "relayed");
            child.awaitReady(PATIENCE);
            assertThat(child.post("""
                    {"operation": "create", "parameters": {"name": "relay", "steps": [
                      {"name": "on", "kamelet": "kafka-sink", "properties": {"topic": "relayed", "key": "id"}}],
                      "schema": {"id": "BIGINT"}, "options": {"batch": {"max_interval": "200ms"}}}}""", PATIENCE)).startsWith("200");
            assertThat(child.post("""
                    {"operation": "start", "parameters": {"pipeline": "relay"}}""", PATIENCE)).startsWith("200");
            assertThat(child.post("""
                    {"operation": "ingest", "parameters": {"pipeline": "relay", "events": [{"id": 7}, {"id": 8}]}}""", PATIENCE)).startsWith("200").contains("\"accepted\":2");
            Lake lake = new Lake(launcher.data(0).resolve("s3/lake"));
            Awaitility.await("both rows are in the lake")
                    .atMost(PATIENCE)
                    .failFast(child::mustBeAlive)
                    .untilAsserted(
                            () -> assertThat(lake.rows("relayed", "id")).containsExactly(List.of(7L), List.of(8L)));
            assertThat(child.ask("monitor", "relayed")).startsWith("200").contains("\"holds\":true");
            assertThat(child.logged(PASSWORD)).isEmpty();
            child.sigterm();
            child.awaitExit(PATIENCE);
        }
    }

    /** Through the door of the tests. */
    private static void createTopic(Broker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    private static String pipeline() {
        return """
                name: relayed
                options: {event: relayed, batch: {max_interval: 200ms}}
                schema: {id: BIGINT}
                steps: [{name: lake, kamelet: s3-sink, properties: {bucket: lake, prefix: relayed}}]
                """;
    }

    private static List<String> options() {
        return List.of("-Dcaravan.embedded.binaries=" + Servers.binaries());
    }

    private static Map<String, String> environment(Broker broker, Path keys) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:" + broker.proxy().port(),
                "CARAVAN_KAFKA_SECURITY_PROTOCOL",
                "SASL_SSL",
                "CARAVAN_KAFKA_SASL_MECHANISM",
                "PLAIN",
                "CARAVAN_KAFKA_SASL_JAAS_CONFIG",
                LOGIN + " username=\"caravan\" password=\"" + PASSWORD + "\";",
                "CARAVAN_KAFKA_SSL_TRUSTSTORE_LOCATION",
                keys.toString(),
                "CARAVAN_KAFKA_SSL_TRUSTSTORE_PASSWORD",
                PASSWORD,
                "CARAVAN_KAFKA_SSL_TRUSTSTORE_TYPE",
                "PKCS12");
    }

    private static Map<String, String> secured(Path keys) {
        Map<String, String> settings = new HashMap<>();
        settings.put("listener.security.protocol.map", "DIRECT:PLAINTEXT,PROXIED:SASL_SSL,CONTROLLER:PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("listener.name.proxied.plain.sasl.jaas.config", LOGIN + " user_caravan=\"" + PASSWORD + "\";");
        settings.put("ssl.keystore.location", keys.toString());
        settings.put("ssl.keystore.password", PASSWORD);
        settings.put("ssl.key.password", PASSWORD);
        settings.put("ssl.keystore.type", "PKCS12");
        return settings;
    }

    /** For 127.0.0.1; also what the clients trust. */
    private Path certificate() throws Exception {
        Path file = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=broker.test",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return file;
    }
}
