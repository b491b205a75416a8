package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.S3Connection;
import dev.caravan.startup.JsonLines;
import dev.caravan.testing.Contract;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** No secret comes out anywhere: not in an answer, the log, a metric, an event, a dead letter or a webhook. */
class CanaryIT {
    private static final String ADMIN = RunningCaravan.ADMIN_KEY;
    private static final String TOKEN = "canary-token-of-a-step";
    private static final String LOGIN = "canary-login-of-kafka";
    private static final String COLLECTOR = "canary-header-of-the-collector";
    private static final String STRANGER = "cvn_wrong_" + "w".repeat(43);
    private static final String FOREIGN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary-signature";
    private static final String WEBHOOK_SECRET = "whsec_"
            + Base64.getEncoder().encodeToString("canary-webhook-secret-0123456789".getBytes(StandardCharsets.UTF_8));

    private final Queue<String> outside = new ConcurrentLinkedQueue<>();
    private final Queue<String> json = new ConcurrentLinkedQueue<>();
    private final Queue<String> webhooks = new ConcurrentLinkedQueue<>();

    /** Everything that is logged, as text and with its fields. */
    private final class Everything extends AppenderBase<ILoggingEvent> {
        private final JsonLines lines = new JsonLines();

        @Override
        protected void append(ILoggingEvent event) {
            String trace = event.getThrowableProxy() == null
                    ? ""
                    : String.valueOf(event.getThrowableProxy().getMessage());
            outside.add("log: " + event.getFormattedMessage() + " " + event.getMDCPropertyMap() + " " + trace);
            json.add(lines.format(event));
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void nothingThatIsSecretIsToldToAnybody(CapturedOutput output, @TempDir Path kamelets) throws Exception {
        kamelets(kamelets);
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Everything everything = new Everything();
        everything.start();
        Logger program = (Logger) LoggerFactory.getLogger("dev.caravan");
        HttpServer receiver = receiver();
        DatabaseConnection database = Servers.newDatabase();
        var s3 = Objects.requireNonNull(Servers.s3().keys());
        try (RunningCaravan caravan = RunningCaravan.start(settings(database, s3, kamelets))) {
            // now, because the start of the program sets up the log anew
            root.addAppender(everything);
            program.setLevel(Level.DEBUG);
            String made = live(caravan, receiver.getAddress().getPort());
            List<String> secrets = List.of(
                    ADMIN,
                    made.substring(made.lastIndexOf('_') + 1),
                    WEBHOOK_SECRET,
                    s3.secret(),
                    database.password(),
                    TOKEN,
                    LOGIN,
                    COLLECTOR,
                    STRANGER.substring(STRANGER.lastIndexOf('_') + 1),
                    FOREIGN);
            assertThat(outside).hasSizeGreaterThan(40).anyMatch(text -> text.startsWith("log: "));
            assertThat(webhooks).isNotEmpty();
            outside.addAll(webhooks);
            outside.addAll(json);
            stored(caravan.bean(JdbcClient.class));
            assertThat(output.getOut()).contains("Caravan");
            outside.add(output.getAll());
            aBatchIsLoggedWithItsPipelineOffsetsAndClaim(caravan);
            for (String secret : secrets) {
                assertThat(outside.stream().filter(text -> text.contains(secret)))
                        .as("with secret %d", secrets.indexOf(secret))
                        .isEmpty();
            }
        } finally {
            root.detachAppender(everything);
            program.setLevel(null);
            receiver.stop(0);
        }
    }

    private static Map<String, String> settings(DatabaseConnection database, S3Connection.Keys s3, Path kamelets) {
        return Map.ofEntries(
                Map.entry("caravan.kafka.bootstrap.servers", Servers.kafka().bootstrapServers()),
                Map.entry("caravan.kafka.sasl.jaas.config", "a.Login required password=\"" + LOGIN + "\";"),
                // people write it there, too
                Map.entry("spring.datasource.url", database.url() + "?password=" + database.password()),
                Map.entry("spring.datasource.username", database.user()),
                Map.entry("spring.datasource.password", database.password()),
                Map.entry("caravan.s3.endpoint", String.valueOf(Servers.s3().endpoint())),
                Map.entry("caravan.s3.access-key", s3.access()),
                Map.entry("caravan.s3.secret-key", s3.secret()),
                Map.entry("caravan.webhook.allow-private", "true"),
                Map.entry("caravan.monitor.figures", "500ms"),
                Map.entry("caravan.kamelets.dir", kamelets.toString()),
                Map.entry("caravan.otlp.endpoint", "http://127.0.0.1:1"),
                Map.entry("caravan.otlp.headers", "authorization=" + COLLECTOR));
    }

    /** What the database keeps for people; secrets of webhooks have a table of their own. */
    private void stored(JdbcClient database) {
        for (String table : List.of(
                "dead_letter",
                "webhook_delivery",
                "monitor_event",
                "pipeline_log",
                "pipeline_file",
                "idempotent_request")) {
            List<String> rows = database.sql("SELECT to_jsonb(t)::text FROM " + table + " t")
                    .query(String.class)
                    .list();
            if (!table.equals("idempotent_request")) {
                assertThat(rows).as(table).isNotEmpty();
            }
            outside.addAll(rows);
        }
        for (String bytes : List.of(
                "SELECT convert_from(value, 'UTF8') FROM dead_letter",
                "SELECT encode(answer, 'escape') FROM idempotent_request WHERE answer IS NOT NULL")) {
            outside.addAll(database.sql(bytes).query(String.class).list());
        }
    }

    private void aBatchIsLoggedWithItsPipelineOffsetsAndClaim(RunningCaravan caravan) throws Exception {
        JsonNode files =
                caravan.operation("files", Map.of("pipeline", "canary")).path("items");
        List<String> claims = files.findValuesAsText("claim_id");
        String pipeline = caravan.operation("get", Map.of("pipeline", "canary"))
                .path("id")
                .asText();
        assertThat(json)
                .filteredOn(line -> line.contains("\"message\":\"Wrote s3:"))
                .isNotEmpty()
                .allSatisfy(line -> {
                    assertThat(line).hasLineCount(1);
                    JsonNode entry = V0.JSON.readTree(line);
                    assertThat(entry.path("pipeline").asText()).isEqualTo(pipeline);
                    assertThat(entry.path("claim").asText()).isIn(claims);
                    assertThat(entry.path("offsets").asText())
                            .matches("caravan\\." + pipeline + "-\\d+ \\d+\\.\\.\\d+");
                });
    }

    /** Does a bit of everything; gives the key that was made. */
    private String live(RunningCaravan caravan, int port) throws Exception {
        String made = V0.JSON
                .readTree(send(caravan, ADMIN, "POST", "/v0/api_keys", "{\"name\": \"canary\", \"role\": \"write\"}")
                        .body())
                .path("api_key")
                .asText();
        assertThat(made).startsWith("cvn_");
        outside.clear(); // that one answer is the place where it may be
        var hook = send(caravan, made, "POST", "/webhooks", """
                {"url": "http://127.0.0.1:%d/", "events": ["pipeline.created", "pipeline.failed", "pipeline.written"],
                 "secret": "%s"}""".formatted(port, WEBHOOK_SECRET));
        outside.removeIf(text -> text.contains(WEBHOOK_SECRET) && text.startsWith("POST /webhooks")); // shown once, too
        send(caravan, made, "POST", "/pipeline", """
                {"operation": "create", "parameters": {"name": "canary", "schema": {"n": "VARCHAR"},
                 "options": {"batch": {"max_interval": "100ms"}}, "steps": [
                   {"name": "vault", "kamelet": "vault-action", "properties": {"token": "%s"}},
                   {"name": "q", "kamelet": "sql-transform-action",
                    "properties": {"query": "SELECT CAST(n AS BIGINT) AS n FROM events"}},
                   {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "canary"}}]}}""".formatted(TOKEN));
        HttpResponse<String> broken = send(caravan, made, "POST", "/pipeline", """
                {"operation": "create", "parameters": {"name": "broken", "steps": [
                   {"name": "vault", "kamelet": "broken-action", "properties": {"token": "%s"}},
                   {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake"}}]}}""".formatted(TOKEN));
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(broken.body()).contains("no-such-component").contains("***");
        send(caravan, made, "POST", "/v0/pipelines/canary/start", null);
        for (String n : List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "x", "refuse")) {
            send(caravan, made, "POST", "/pipeline", """
                    {"operation": "ingest", "parameters": {"pipeline": "canary", "event": {"n": "%s"}}}""".formatted(n));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> webhooks.stream().anyMatch(body -> body.contains("pipeline.written")));
        // alone in its batch it halts the pipeline, among others it does not
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            caravan.post("resume", Map.of("pipeline", "canary", "accept_dead_letters", true));
            return caravan.operation("dead_letters", Map.of("pipeline", "canary"))
                            .path("items")
                            .size()
                    == 2;
        });
        assertThat(caravan.operation("dead_letters", Map.of("pipeline", "canary"))
                        .toString())
                .contains("the vault refuses ***");
        for (String stream : List.of("/v0/pipelines/canary/events/stream?selector=all", "/v0/pipelines/canary/logs")) {
            outside.add(beginning(caravan, stream));
        }
        for (String wrong : List.of(
                "{",
                "{\"operation\": \"no\"}",
                "[]",
                "{\"operation\": \"get\", \"parameters\": {\"pipeline\": \"no\"}}")) {
            send(caravan, made, "POST", "/pipeline", wrong);
        }
        for (String wrong : List.of(STRANGER, FOREIGN)) {
            assertThat(send(caravan, wrong, "GET", "/v0/pipelines", null).statusCode())
                    .isEqualTo(401);
        }
        for (Contract.Call call : Contract.read().calls()) {
            boolean ends =
                    !call.template().endsWith("/stream") && !call.template().endsWith("/logs");
            if (ends && call.method().equals("GET")) {
                send(caravan, ADMIN, "GET", call.path("canary"), null);
            }
        }
        for (String operation : List.of("get", "list", "monitor", "logs", "dead_letters", "files", "versions")) {
            String parameters = operation.equals("list") ? "{}" : "{\"pipeline\": \"canary\"}";
            send(
                    caravan,
                    ADMIN,
                    "POST",
                    "/pipeline",
                    "{\"operation\": \"" + operation + "\", \"parameters\": " + parameters + "}");
        }
        String deliveries =
                "/webhooks/" + V0.JSON.readTree(hook.body()).at("/data/id").asText() + "/deliveries";
        assertThat(send(caravan, made, "GET", deliveries, null).statusCode()).isEqualTo(200);
        for (String path :
                List.of("/observe/metrics", "/observe/health/ready", "/v0/pipelines/canary/events?selector=all")) {
            send(caravan, ADMIN, "GET", path, null);
        }
        return made;
    }

    private HttpResponse<String> send(RunningCaravan caravan, String key, String method, String path, String body)
            throws Exception {
        var request = java.net.http.HttpRequest.newBuilder(caravan.address().resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        HttpResponse<String> answer = caravan.send(request);
        outside.add(method + " " + path + " " + answer.statusCode() + " "
                + answer.headers().map() + " " + answer.body());
        return answer;
    }

    /** What is there at once of an answer that goes on. */
    private static String beginning(RunningCaravan caravan, String path) throws Exception {
        HttpResponse<InputStream> answer =
                HttpClient.newHttpClient().send(caravan.request(path).build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            byte[] some = new byte[64 << 10];
            int length = body.read(some);
            assertThat(length).isPositive();
            return path + " " + answer.headers().map() + " " + new String(some, 0, length, StandardCharsets.UTF_8);
        }
    }

    /** Kamelets for single messages, whose secret is a part of what Camel knows and tells. */
    private static void kamelets(Path directory) throws IOException {
        String kamelet = """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: %s
                  labels: {camel.apache.org/kamelet.type: action}
                spec:
                  definition:
                    title: Vault
                    description: Looks each message up.
                    required: [token]
                    properties:
                      token: {title: Token, description: Opens it., type: string, format: password}
                  template:
                    from:
                      uri: "kamelet:source"
                      steps:
                %s
                """;
        Files.writeString(
                directory.resolve("vault-action.kamelet.yaml"), kamelet.formatted("vault-action", """
                        - choice:
                            when:
                              - simple: "${body} contains 'refuse'"
                                steps:
                                  - throwException:
                                      exceptionType: java.lang.IllegalStateException
                                      message: "the vault refuses {{token}}"
                """.indent(8)));
        Files.writeString(
                directory.resolve("broken-action.kamelet.yaml"),
                kamelet.formatted("broken-action", "        - to: \"no-such-component:{{token}}\"\n"));
    }

    private HttpServer receiver() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            List<String> headers = new ArrayList<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.add(name + "=" + values));
            webhooks.add("webhook: " + headers + " " + body);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
