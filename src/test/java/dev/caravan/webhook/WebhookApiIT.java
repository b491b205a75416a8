package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code /webhooks} of the whole program, and the news of a pipeline's life. */
class WebhookApiIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String OTHER_PROJECT = "cvn_other00001_a-key-of-another-project-0123456789";
    private static final String READER = "cvn_reader0001_a-key-that-only-reads-0123456789";

    private static RunningCaravan caravan;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        endpoint = new Endpoint();
        addKey("other00001", OTHER_PROJECT, "another", "webhooks:write");
        addKey("reader0001", READER, "default", "pipelines:read");
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        endpoint.close();
    }

    @AfterEach
    void deleteWebhooks() {
        caravan.bean(JdbcClient.class).sql("DELETE FROM webhook").update();
    }

    @Test
    void theLifeOfAPipelineIsTold() throws Exception {
        JsonNode webhook = create("/life", List.of(WebhookEvent.values()));
        caravan.operation("create", pipeline("life", "SELECT * FROM events"));
        // before the start, so that they are read at once and are one batch
        caravan.operation(
                "ingest", Map.of("pipeline", "life", "events", List.of(Map.of("user_id", 1), Map.of("user_id", 2))));
        caravan.operation("start", Map.of("pipeline", "life"));
        await().atMost(SOON).until(() -> told("/life").contains("pipeline.written"));
        caravan.operation("pause", Map.of("pipeline", "life"));
        caravan.operation("resume", Map.of("pipeline", "life"));
        caravan.operation("transform", Map.of("pipeline", "life", "sql", "SELECT user_id FROM events"));
        caravan.operation("stop", Map.of("pipeline", "life"));
        caravan.operation("delete", Map.of("pipeline", "life"));

        await().atMost(SOON).untilAsserted(() -> assertThat(told("/life"))
                .containsExactlyInAnyOrder(
                        "pipeline.created",
                        "pipeline.started",
                        "pipeline.ingested",
                        "pipeline.written",
                        "pipeline.paused",
                        "pipeline.resumed",
                        "pipeline.transformed",
                        "pipeline.stopped",
                        "pipeline.deleted"));
        Webhook verifier = new Webhook(webhook.path("secret").asText());
        for (Endpoint.Received received : endpoint.received("/life")) {
            verifier.verify(received.body(), SenderTest.lowerCase(received));
            JsonNode body = JSON.readTree(received.body());
            assertThat(body.at("/data/pipeline/name").asText()).isEqualTo("life");
            assertThat(body.at("/timestamp").asText()).endsWith("Z");
        }
        assertThat(data("pipeline.ingested").path("accepted").asInt()).isEqualTo(2);
        assertThat(data("pipeline.written").at("/rows/written").asInt()).isEqualTo(2);
        assertThat(data("pipeline.written").at("/objects/0/key").asText()).startsWith("life/");
        assertThat(data("pipeline.transformed").path("version").asInt()).isEqualTo(2);
        assertThat(data("pipeline.resumed").path("previous").asText()).isEqualTo("paused");
    }

    private static JsonNode data(String type) throws Exception {
        for (Endpoint.Received received : endpoint.received("/life")) {
            JsonNode body = JSON.readTree(received.body());
            if (body.path("type").asText().equals(type)) {
                return body.path("data");
            }
        }
        throw new AssertionError(type + " was not told");
    }

    @Test
    void aPipelineThatPausesByItselfHasFailed() throws Exception {
        create("/halt", List.of(WebhookEvent.FAILED, WebhookEvent.PAUSED));
        caravan.operation("create", pipeline("halt", "SELECT CAST(user_id AS INTEGER) AS n FROM events"));
        caravan.operation("start", Map.of("pipeline", "halt"));
        caravan.operation("ingest", Map.of("pipeline", "halt", "event", Map.of("user_id", "no number")));
        await().atMost(SOON).untilAsserted(() -> assertThat(told("/halt"))
                .containsExactlyInAnyOrder("pipeline.failed", "pipeline.paused"));
        assertThat(JSON.readTree(endpoint.received("/halt").get(0).body())
                        .at("/data/reason")
                        .asText())
                .isNotBlank();
        caravan.operation("delete", Map.of("pipeline", "halt", "force", true));
    }

    @Test
    void aWebhookIsCreatedShownListedAndDeleted() throws Exception {
        JsonNode created = create("/crud", List.of(WebhookEvent.CREATED));
        assertThat(created.path("secret").asText()).startsWith("whsec_");
        String path = "/webhooks/" + created.path("id").asText();

        JsonNode shown = ok(200, "GET", path, null);
        assertThat(shown.has("secret")).isFalse();
        assertThat(shown.path("status").asText()).isEqualTo("active");
        assertThat(shown.path("events").get(0).asText()).isEqualTo("pipeline.created");
        assertThat(ok(200, "GET", "/webhooks", null).path("items")).hasSize(1);
        assertThat(ok(200, "DELETE", path, null).path("deleted").asBoolean()).isTrue();
        assertThat(send("GET", path, null, RunningCaravan.ADMIN_KEY).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aGivenSecretIsUsed() throws Exception {
        String secret = Secret.make().text();
        JsonNode created = ok(
                201,
                "POST",
                "/webhooks",
                Map.of(
                        "url",
                        endpoint.url("/given", any -> 200),
                        "events",
                        List.of("pipeline.created"),
                        "secret",
                        secret,
                        "description",
                        "mine"));
        assertThat(created.path("secret").asText()).isEqualTo(secret);
        assertThat(created.path("description").asText()).isEqualTo("mine");
    }

    @Test
    void listsGoOnWhereTheyEnded() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(0, create("/page", List.of(WebhookEvent.CREATED)).path("id").asText());
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = ok(200, "GET", "/webhooks?limit=2" + cursor, null);
            page.path("items").forEach(item -> seen.add(item.path("id").asText()));
            cursor = page.path("next_cursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("next_cursor").asText();
        } while (!cursor.isEmpty());
        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void aDeliveryIsShownAndSentAgain() throws Exception {
        JsonNode created = create("/again", List.of(WebhookEvent.CREATED));
        String deliveries = "/webhooks/" + created.path("id").asText() + "/deliveries";
        caravan.operation("create", pipeline("again", "SELECT * FROM events"));
        await().atMost(SOON)
                .until(() -> ok(200, "GET", deliveries + "?status=delivered", null)
                                .path("items")
                                .size()
                        == 1);
        JsonNode first = ok(200, "GET", deliveries, null).path("items").get(0);
        assertThat(first.path("event").asText()).isEqualTo("pipeline.created");
        assertThat(first.path("attempts").asInt()).isEqualTo(1);
        assertThat(first.path("last_response_code").asInt()).isEqualTo(200);
        assertThat(first.path("next_attempt_at").isNull()).isTrue();

        ok(202, "POST", deliveries + "/" + first.path("id").asText() + "/redeliver", null);

        await().atMost(SOON).until(() -> endpoint.received("/again").size() == 2);
        assertThat(endpoint.received("/again").get(1).id())
                .isEqualTo(first.path("id").asText());
        caravan.operation("delete", Map.of("pipeline", "again"));
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws Exception {
        HttpResponse<String> answer = send(
                "POST",
                "/webhooks",
                Map.of("url", "ftp://x/", "events", List.of("pipeline.creatd"), "secret", "abc", "event", 1),
                RunningCaravan.ADMIN_KEY);
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.at("/details/reason").asText()).isEqualTo("web.invalid_fields");
        assertThat(error.at("/details/violations").findValuesAsText("path"))
                .containsExactlyInAnyOrder("/url", "/events", "/secret", "/event");
        assertThat(answer.body()).contains("did you mean pipeline.created?");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /webhooks/wh_none, 404, webhook.not_found",
        "DELETE, /webhooks/wh_none, 404, webhook.not_found",
        "GET, /webhooks/wh_none/deliveries, 404, webhook.not_found",
        "POST, /webhooks/wh_none/deliveries/msg_1/redeliver, 404, webhook.not_found",
        "GET, /webhooks?limit=0, 400, web.invalid_fields",
        "GET, /webhooks?limit=1001, 400, web.invalid_fields",
        "GET, /webhooks?limit=1&limit=2, 400, web.invalid_fields",
        "GET, /webhooks?page=1, 400, web.invalid_fields",
        "GET, /webhooks?cursor=nonsense, 400, web.invalid_cursor",
        "POST, /webhooks, 400, web.malformed_json",
        "PUT, /webhooks, 405, web.method_not_allowed",
        "POST, /webhooks/wh_0, 405, web.method_not_allowed",
        "DELETE, /webhooks/wh_0/deliveries, 405, web.method_not_allowed",
        "GET, /webhooks/wh_none/nothing, 404, web.unknown_path"
    })
    void refusalsHaveTheirReason(String method, String path, int status, String reason) throws Exception {
        HttpResponse<String> answer = send(method, path, null, RunningCaravan.ADMIN_KEY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).at("/error/details/reason").asText())
                .isEqualTo(reason);
    }

    @Test
    void theWebhooksOfOtherProjectsDoNotExist() throws Exception {
        JsonNode created = create("/mine", List.of(WebhookEvent.CREATED));
        String path = "/webhooks/" + created.path("id").asText();
        HttpResponse<String> theirs = send("GET", path, null, OTHER_PROJECT);
        HttpResponse<String> unknown = send("GET", path.replaceAll(".$", "_"), null, OTHER_PROJECT);
        assertThat(theirs.statusCode()).isEqualTo(404);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(theirs.body()).at("/error/code"))
                .isEqualTo(JSON.readTree(unknown.body()).at("/error/code"));
        assertThat(send("DELETE", path, null, OTHER_PROJECT).statusCode()).isEqualTo(404);
        assertThat(send("GET", path + "/deliveries", null, OTHER_PROJECT).statusCode())
                .isEqualTo(404);
        assertThat(JSON.readTree(send("GET", "/webhooks", null, OTHER_PROJECT).body())
                        .at("/data/items"))
                .isEmpty();
        ok(200, "GET", path, null);
    }

    @Test
    void aKeyWithoutTheScopeSeesNothing() throws Exception {
        for (String path : List.of("/webhooks", "/webhooks/wh_1", "/webhooks/wh_1/deliveries")) {
            assertThat(send("GET", path, null, READER).statusCode()).isEqualTo(403);
        }
        assertThat(send("GET", "/webhooks", null, "nobody").statusCode()).isEqualTo(401);
    }

    @Test
    void aDisabledWebhookIsNotSentTo() throws Exception {
        JsonNode created = create("/gone", List.of(WebhookEvent.CREATED));
        endpoint.url("/gone", any -> 410);
        caravan.operation("create", pipeline("gone", "SELECT * FROM events"));
        String path = "/webhooks/" + created.path("id").asText();
        await().atMost(SOON)
                .until(() -> ok(200, "GET", path, null).path("status").asText().equals("disabled"));
        String delivery =
                ok(200, "GET", path + "/deliveries", null).at("/items/0/id").asText();
        HttpResponse<String> again =
                send("POST", path + "/deliveries/" + delivery + "/redeliver", null, RunningCaravan.ADMIN_KEY);
        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(again.body()).contains("webhook.disabled");
        caravan.operation("delete", Map.of("pipeline", "gone"));
    }

    private static List<String> told(String path) throws Exception {
        List<String> types = new ArrayList<>();
        for (Endpoint.Received received : endpoint.received(path)) {
            types.add(JSON.readTree(received.body()).path("type").asText());
        }
        return types;
    }

    private static JsonNode create(String path, List<WebhookEvent> events) throws Exception {
        return ok(
                201,
                "POST",
                "/webhooks",
                Map.of(
                        "url",
                        endpoint.url(path, any -> 200),
                        "events",
                        events.stream().map(WebhookEvent::wireName).toList()));
    }

    private static Map<String, Object> pipeline(String name, String query) {
        return Map.of(
                "name",
                name,
                "options",
                Map.of("batch", Map.of("max_interval", "1s")),
                "steps",
                List.of(
                        Map.of(
                                "name",
                                "query",
                                "kamelet",
                                "sql-transform-action",
                                "properties",
                                Map.of("query", query)),
                        Map.of(
                                "name",
                                "lake",
                                "kamelet",
                                "s3-sink",
                                "properties",
                                Map.of("bucket", "lake", "prefix", name, "format", "ndjson"))));
    }

    private static JsonNode ok(int status, String method, String path, Object body) throws Exception {
        HttpResponse<String> answer = send(method, path, body, RunningCaravan.ADMIN_KEY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body()).path("data");
    }

    private static HttpResponse<String> send(String method, String path, Object body, String key) throws Exception {
        HttpRequest.BodyPublisher content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        return ContractHttp.send(HttpRequest.newBuilder(caravan.address().resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, content)
                .build());
    }

    private static void addKey(String id, String key, String project, String scope) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        caravan.bean(JdbcClient.class)
                .sql(
                        "INSERT INTO api_key (id, project, name, hash, scopes) VALUES (:id, :project, :id, :hash, :scopes)")
                .param("id", id)
                .param("project", project)
                .param("hash", hash)
                .param("scopes", new String[] {scope})
                .update();
    }
}
