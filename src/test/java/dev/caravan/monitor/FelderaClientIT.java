package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The requests that the published Python client ({@code feldera} 0.369) makes, with the headers that it sends, and the
 * fields that it reads of the answers.
 */
class FelderaClientIT {
    private static RunningCaravan caravan;
    private static V0 v0;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        v0 = new V0(caravan);
        v0.create("client", Map.of("batch", Map.of("max_interval", "100ms")), "SELECT * FROM events");
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    /** As {@code HttpRequests.send_request} does: a content type also where there is no body. */
    private static HttpResponse<String> send(String key, String method, String path, String body) throws Exception {
        return caravan.send(HttpRequest.newBuilder(caravan.address().resolve("/v0" + path))
                .header("User-Agent", "feldera-python-sdk/v1")
                .header("Accept", "*/*")
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    private static JsonNode ok(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> answer = send(RunningCaravan.ADMIN_KEY, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body().isEmpty() ? V0.JSON.nullNode() : V0.JSON.readTree(answer.body());
    }

    @Test
    void itConnectsAndMovesAPipeline() throws Exception {
        JsonNode config = ok("GET", "/config", null, 200);
        assertThat(config.path("edition").asText()).isEqualTo("Open source");
        assertThat(config.path("version").asText()).isNotEmpty();

        ok("POST", "/pipelines/client/dismiss_error", null, 200);
        ok("POST", "/pipelines/client/start?dismiss_error=false&initial=running", null, 202);
        v0.awaitStatus("client", "Running");
        ok("POST", "/pipelines/client/pause", null, 202);
        v0.awaitStatus("client", "Paused");
        ok("POST", "/pipelines/client/resume", null, 202);
        v0.awaitStatus("client", "Running");
        JsonNode stats = ok("GET", "/pipelines/client/stats", null, 200);
        assertThat(stats.at("/global_metrics/state").asText()).isEqualTo("Running");
        assertThat(stats.at("/global_metrics/incarnation_uuid").asText()).hasSize(36);
        assertThat(stats.at("/global_metrics/start_time").isIntegralNumber()).isTrue();
        assertThat(stats.at("/global_metrics/transaction_status").asText()).isEqualTo("NoTransaction");
        assertThat(stats.at("/inputs/0/endpoint_name").asText()).isNotEmpty();
        assertThat(stats.at("/inputs/0/config").isObject()).isTrue();
        assertThat(stats.at("/inputs/0/paused").isBoolean()).isTrue();
        assertThat(stats.at("/inputs/0/barrier").isBoolean()).isTrue();
        assertThat(stats.at("/outputs/0/config").isObject()).isTrue();
        ok("POST", "/pipelines/client/stop?force=false", null, 202);
        v0.awaitStatus("client", "Stopped");
        ok("POST", "/pipelines/client/clear", null, 202);
        JsonNode pipeline = ok("GET", "/pipelines/client?selector=status", null, 200);
        assertThat(pipeline.path("storage_status").asText()).isEqualTo("Cleared");
        assertThat(pipeline.path("deployment_desired_status").asText()).isEqualTo("Stopped");
        assertThat(pipeline.path("deployment_error").isNull()).isTrue();
        // its errors() looks at each kind of error
        JsonNode whole = ok("GET", "/pipelines/client?selector=all", null, 200);
        assertThat(whole.path("program_error").isObject()).isTrue();
        assertThat(whole.path("program_error"))
                .allSatisfy(error -> assertThat(error.isNull()).isTrue());

        List<JsonNode> events = new ArrayList<>();
        ok("GET", "/pipelines/client/events?selector=all", null, 200).forEach(events::add);
        assertThat(ok("GET", "/pipelines/client/events/latest?selector=all", null, 200))
                .isEqualTo(events.get(0));
        List<JsonNode> listed = new ArrayList<>();
        ok("GET", "/pipelines?selector=status", null, 200).forEach(listed::add);
        assertThat(listed).extracting(one -> one.path("name").asText()).contains("client");
    }

    @Test
    void itMakesAKeyThatIsShownOnceAndMayDoNoMoreThanItsMaker() throws Exception {
        JsonNode made = ok("POST", "/api_keys", "{\"name\": \"made\", \"role\": \"write\"}", 201);
        String key = made.path("api_key").asText();
        assertThat(made.size()).isEqualTo(3);
        assertThat(send(key, "GET", "/pipelines", null).statusCode()).isEqualTo(200);
        HttpResponse<String> again = send(RunningCaravan.ADMIN_KEY, "POST", "/api-keys", "{\"name\": \"made\"}");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(V0.JSON.readTree(again.body()).path("error_code").asText()).isEqualTo("DuplicateName");

        JsonNode shown = ok("GET", "/api-keys/made", null, 200);
        assertThat(shown.size()).isEqualTo(1);
        assertThat(shown.toString()).doesNotContain(key.substring(key.lastIndexOf('_') + 1));
        assertThat(shown.at("/0/role").asText()).isEqualTo("write");

        String maker = ok(
                        "POST",
                        "/api_keys",
                        "{\"name\": \"maker\", \"scopes\": [\"keys:admin\", \"pipelines:read\"]}",
                        201)
                .path("api_key")
                .asText();
        HttpResponse<String> tooMuch = send(maker, "POST", "/api_keys", "{\"name\": \"more\", \"role\": \"write\"}");
        assertThat(tooMuch.statusCode()).as(tooMuch.body()).isEqualTo(403);
        HttpResponse<String> asMuch = send(maker, "POST", "/api_keys", "{\"name\": \"less\"}");
        assertThat(asMuch.statusCode()).as(asMuch.body()).isEqualTo(201);
        assertThat(send(maker, "POST", "/api_keys", "{\"name\": \"odd\", \"scopes\": [\"all\"], \"role\": \"read\"}")
                        .statusCode())
                .isEqualTo(400);

        ok("DELETE", "/api_keys/made", null, 200);
        assertThat(send(RunningCaravan.ADMIN_KEY, "GET", "/api_keys/made", null).statusCode())
                .isEqualTo(404);
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .until(() -> send(key, "GET", "/pipelines", null).statusCode() == 401);
    }
}
