package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.Lake;
import dev.caravan.testing.Ports;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The program with its own servers, as a newcomer has it: begins, is killed, begins again, ends; and meets a second one. */
class StartIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> ports = Map.of(
            "CARAVAN_EMBEDDED_KAFKA_PORT", Integer.toString(Ports.free()),
            "CARAVAN_EMBEDDED_S3_PORT", Integer.toString(Ports.free()),
            "CARAVAN_EMBEDDED_PG_PORT", Integer.toString(Ports.free()));
    private Launcher launcher;

    @BeforeEach
    void open() throws IOException {
        launcher = new Launcher(
                "start",
                ports,
                pipeline(),
                List.of("-Dcaravan.demo=true", "-Dcaravan.embedded.binaries=" + Servers.binaries()));
    }

    @AfterEach
    void close() throws IOException {
        launcher.close();
    }

    @Test
    void theDemoSurvivesAKillAndEndsWithoutATrace() throws Exception {
        CaravanProcess first = launcher.start("first", 0, List.of()).awaitReady(PATIENCE);
        awaitFiles(first, 1);
        Scene.say("StartIT: the first file was there %.1f s after the JVM's start", first.ageMillis() / 1e3);
        theFileOfAddressesLeadsToAllServers(launcher.data(0).resolve("endpoints.json"));
        aSecondStartOnTheSameDirectoryIsRefusedInOneSentence(first);

        first.sigkill();
        assertThat(first.awaitExit(PATIENCE)).isEqualTo(CaravanProcess.KILLED);
        CaravanProcess again = launcher.start("again", 0, List.of()).awaitReady(PATIENCE);
        Scene.say("StartIT: ready %.1f s after a start that followed a kill", again.ageMillis() / 1e3);
        awaitFiles(again, 2);
        assertThat(again.ask("monitor", "orders")).startsWith("200").contains("\"holds\":true");

        assertThat(ports.values()).allMatch(StartIT::somebodyListens);
        again.sigterm();
        assertThat(again.awaitExit(PATIENCE)).isIn(0, 128 + 15);
        assertThat(launcher.data(0).resolve("endpoints.json")).doesNotExist();
        assertThat(launcher.data(0).resolve("postgresql/cluster/postmaster.pid"))
                .doesNotExist();
        assertThat(ports.values()).noneMatch(StartIT::somebodyListens);
        noOrderIsThereTwice();
    }

    /** Each of them says so in one sentence and is asked again; the process lives, and is not ready before all have answered. */
    @Test
    void serversThatAreAwayAtTheStartAreWaitedFor() throws Exception {
        try (Surroundings surroundings = Surroundings.start();
                Launcher external = new Launcher(
                        "start-away", withAmazonsNames(surroundings.environment()), pipeline(), List.of())) {
            surroundings.databaseProxy().reset();
            surroundings.kafkaProxy().reset();
            surroundings.s3Proxy().reset();
            CaravanProcess child = external.start("waiting", 0, List.of());
            awaitLogged(
                    child,
                    "PostgreSQL at jdbc:postgresql://127.0.0.1:.* cannot be reached \\(.*\\); next try in 1 s\\.");
            awaitProbes(child, 200, 503);
            surroundings.databaseProxy().open();
            awaitLogged(child, "Kafka at 127.0.0.1:.* cannot be reached \\(.*\\); next try in 1 s\\.");
            awaitLogged(child, "S3 at http://127.0.0.1:.* cannot be reached \\(.*\\); next try in 1 s\\.");
            awaitProbes(child, 200, 503);
            surroundings.s3Proxy().open();
            surroundings.kafkaProxy().open();
            child.awaitReady(PATIENCE);
            assertThat(child.logged("\tat ")).isEmpty();
            assertThat(child.logged("Exception")).isEmpty();
        }
    }

    /** The keys of S3 are found where Amazon's own programs look for them. */
    private static Map<String, String> withAmazonsNames(Map<String, String> environment) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put("AWS_ACCESS_KEY_ID", String.valueOf(changed.remove("CARAVAN_S3_ACCESS_KEY")));
        changed.put("AWS_SECRET_ACCESS_KEY", String.valueOf(changed.remove("CARAVAN_S3_SECRET_KEY")));
        return changed;
    }

    private static String pipeline() throws IOException {
        return Files.readString(Path.of("routes/pipelines/orders.yaml"));
    }

    private void awaitFiles(CaravanProcess child, int atLeast) {
        Awaitility.await("files of the demo")
                .atMost(PATIENCE)
                .failFast(child::mustBeAlive)
                .until(() -> child.logged("Wrote s3://lake/orders/").size() >= atLeast);
    }

    private void theFileOfAddressesLeadsToAllServers(Path file) throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        JsonNode endpoints = JSON.readTree(file.toFile());
        assertThat(endpoints.path("http").asText()).matches("http://127\\.0\\.0\\.1:\\d+");
        JsonNode jdbc = endpoints.path("jdbc");
        assertThat(jdbc.path("url").asText())
                .isEqualTo("jdbc:postgresql://127.0.0.1:" + ports.get("CARAVAN_EMBEDDED_PG_PORT") + "/postgres");
        try (Connection connection = DriverManager.getConnection(
                jdbc.path("url").asText(),
                jdbc.path("user").asText(),
                jdbc.path("password").asText())) {
            assertThat(connection.isValid(5)).isTrue();
        }
        String kafka = endpoints.path("kafka").asText();
        assertThat(kafka).isEqualTo("127.0.0.1:" + ports.get("CARAVAN_EMBEDDED_KAFKA_PORT"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).contains("orders-topic");
        }
        assertThat(endpoints.at("/s3/endpoint").asText())
                .isEqualTo("http://127.0.0.1:" + ports.get("CARAVAN_EMBEDDED_S3_PORT"));
        assertThat(objects(endpoints.path("s3"))).anyMatch(key -> key.startsWith("orders/"));
    }

    private static List<String> objects(JsonNode s3) {
        try (S3Client client = S3Client.builder()
                .endpointOverride(URI.create(s3.path("endpoint").asText()))
                .region(Region.of(s3.path("region").asText()))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        s3.path("access_key").asText(), s3.path("secret_key").asText())))
                .build()) {
            return client.listObjectsV2(list -> list.bucket("lake")).contents().stream()
                    .map(S3Object::key)
                    .toList();
        }
    }

    private void aSecondStartOnTheSameDirectoryIsRefusedInOneSentence(CaravanProcess first) {
        CaravanProcess second = launcher.start("second", 1, List.of("-Dcaravan.data-dir=" + launcher.data(0)));
        assertThat(second.awaitExit(PATIENCE)).isEqualTo(1);
        assertThat(second.lastLines(100).lines())
                .singleElement()
                .asString()
                .endsWith("Another Caravan (process " + first.pid() + ") is running on the data directory "
                        + launcher.data(0) + "; stop it, or set CARAVAN_DATA_DIR to another directory.");
        assertThat(first.get("/observe/health/ready")).isEqualTo(200);
    }

    private static boolean somebodyListens(String port) {
        try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(port))) {
            return socket.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    private void noOrderIsThereTwice() throws Exception {
        List<List<Object>> counted = new Lake(launcher.data(0).resolve("s3/lake"))
                .rows("orders", "count(*) AS n, count(DISTINCT order_id) AS ids");
        assertThat(counted).singleElement().satisfies(row -> {
            assertThat((long) row.get(0)).isPositive();
            assertThat(row.get(1)).isEqualTo(row.get(0));
        });
    }

    private static void awaitLogged(CaravanProcess child, String pattern) {
        Awaitility.await(pattern).atMost(PATIENCE).failFast(child::mustBeAlive).until(() -> child.lastLines(1000)
                .lines()
                .anyMatch(line -> line.matches(".* WARN .*" + pattern)));
    }

    private static void awaitProbes(CaravanProcess child, int live, int ready) {
        Awaitility.await("live " + live + ", ready " + ready)
                .atMost(PATIENCE)
                .failFast(child::mustBeAlive)
                .until(() -> child.get("/observe/health/live") == live && child.get("/observe/health/ready") == ready);
    }
}
