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
import dev.caravan.startup.JsonLines;
import dev.caravan.testing.Contract;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** No secret comes out anywhere: not in an answer, the log, a metric, an event, a dead letter or a webhook. */
class CanaryIT {
    private static final String ADMIN = RunningCaravan.ADMIN_KEY;
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
    void nothingThatIsSecretIsToldToAnybody(CapturedOutput output) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Everything everything = new Everything();
        everything.start();
        Logger program = (Logger) LoggerFactory.getLogger("dev.caravan");
        HttpServer receiver = receiver();
        DatabaseConnection database = Servers.newDatabase();
        var s3 = Objects.requireNonNull(Servers.s3().keys());
        try (RunningCaravan caravan = RunningCaravan.start(Map.of(
                "caravan.kafka.bootstrap.servers", Servers.kafka().bootstrapServers(),
                "spring.datasource.url", database.url(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password(),
                "caravan.s3.endpoint", String.valueOf(Servers.s3().endpoint()),
                "caravan.s3.access-key", s3.access(),
                "caravan.s3.secret-key", s3.secret(),
                "caravan.webhook.allow-private", "true",
                "caravan.monitor.figures", "500ms"))) {
            // now, because the start of the program sets up the log anew
            root.addAppender(everything);
            program.setLevel(Level.DEBUG);
            String made = live(caravan, receiver.getAddress().getPort());
            List<String> secrets = List.of(
                    ADMIN, made.substring(made.lastIndexOf('_') + 1), WEBHOOK_SECRET, s3.secret(), database.password());
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
                        .isEmpty();
            }
        } finally {
            root.detachAppender(everything);
            program.setLevel(null);
            receiver.stop(0);
        }
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
        outside.addAll(database.sql("SELECT convert_from(value, 'UTF8') FROM dead_letter")
                .query(String.class)
                .list());
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
                   {"name": "q", "kamelet": "sql-transform-action",
                    "properties": {"query": "SELECT CAST(n AS BIGINT) AS n FROM events"}},
                   {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "canary"}}]}}""");
        send(caravan, made, "POST", "/v0/pipelines/canary/start", null);
        for (String n : List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "x")) {
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
                    == 1;
        });
        for (String wrong : List.of(
                "{",
                "{\"operation\": \"no\"}",
                "[]",
                "{\"operation\": \"get\", \"parameters\": {\"pipeline\": \"no\"}}")) {
            send(caravan, made, "POST", "/pipeline", wrong);
        }
        send(caravan, "cvn_wrong_" + "w".repeat(43), "GET", "/v0/pipelines", null);
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
