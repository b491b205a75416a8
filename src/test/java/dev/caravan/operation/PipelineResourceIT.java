package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines as resources, on the real program. */
class PipelineResourceIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/api/v1/pipelines";

    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    @Test
    void aPipelineIsCreatedReadChangedAndDeleted() throws Exception {
        HttpResponse<String> created = send("POST", ROOT + "/", document("whole", 10));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String location = header(created, "Location");
        assertThat(header(created, "ETag")).isEqualTo("\"1\"");

        ObjectNode read = body(send("GET", location, null), 200);
        assertThat(read).isEqualTo(JSON.readTree(created.body()));
        assertThat(location).isEqualTo(ROOT + "/" + read.path("id").asText());
        assertThat(read.path("options").path("event").asText()).isEqualTo("whole-topic");

        ((ObjectNode) read.at("/steps/0/properties")).put("query", "SELECT * FROM events WHERE n > 20");
        ObjectNode changed = body(send("PUT", location + "/", read.toString()), 200);
        assertThat(changed.path("version").asInt()).isEqualTo(2);
        assertThat(body(send("PUT", ROOT + "/whole", changed.toString()), 200)
                        .path("version")
                        .asInt())
                .as("the same document makes no version")
                .isEqualTo(2);

        ObjectNode versions = body(send("GET", location + "/versions?limit=1", null), 200);
        assertThat(versions.at("/items/0/version").asInt()).isEqualTo(2);
        assertThat(versions.path("next_cursor").isTextual()).isTrue();

        assertThat(body(send("DELETE", location, null), 200).path("deleted").asBoolean())
                .isTrue();
        problem(send("GET", location, null), 404, "pipeline.not_found");
    }

    @Test
    void aChangeThatBuildsOnAnOldVersionIsRefused() throws Exception {
        body(send("POST", ROOT, document("raced", 10)), 201);
        String changed = document("raced", 11);
        assertThat(put("raced", changed, "\"1\"").statusCode()).isEqualTo(200);

        problem(put("raced", document("raced", 12), "\"1\""), 412, "operation.precondition_failed");
        problem(put("raced", document("raced", 12), "W/\"2\""), 412, "operation.precondition_failed");
        problem(put("raced", document("raced", 12), "2"), 400, "operation.malformed_if_match");

        assertThat(put("raced", document("raced", 12), "\"9\", \"2\"").statusCode())
                .isEqualTo(200);
        assertThat(put("raced", document("raced", 13), "*").statusCode()).isEqualTo(200);
    }

    @Test
    void theListGoesOnWhereItsPageEnds() throws Exception {
        body(send("POST", ROOT, document("page-a", 1)), 201);
        body(send("POST", ROOT, document("page-b", 1)), 201);

        String cursor = null;
        int seen = 0;
        do {
            ObjectNode page =
                    body(send("GET", ROOT + "/?limit=1" + (cursor == null ? "" : "&cursor=" + cursor), null), 200);
            seen += page.path("items").findValuesAsText("name").stream().anyMatch(name -> name.startsWith("page-"))
                    ? 1
                    : 0;
            cursor = page.path("next_cursor").textValue();
        } while (cursor != null);
        assertThat(seen).isEqualTo(2);
    }

    @Test
    void theRouteIsCamelYamlWithoutSecrets() throws Exception {
        body(send("POST", ROOT, document("routed", 10)), 201);

        HttpResponse<String> route = send("GET", ROOT + "/routed/route", null);

        assertThat(route.statusCode()).isEqualTo(200);
        assertThat(header(route, "Content-Type")).startsWith("application/yaml");
        assertThat(route.body()).contains("uri: kamelet:s3-sink", "SELECT * FROM events WHERE n > 10");
    }

    @Test
    void filesAndDeadLettersAreFoundByOffset() throws Exception {
        body(send("POST", ROOT, document("filed", 10)), 201);
        // before the start, so that they are read at once and are one batch
        caravan.operation(
                "ingest",
                Map.of(
                        "pipeline",
                        "filed",
                        "key_field",
                        "k",
                        "events",
                        JSON.readTree("[{\"k\":1,\"n\":11},{\"k\":1,\"n\":3}]")));
        caravan.operation("start", Map.of("pipeline", "filed"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> body(send("GET", ROOT + "/filed/files", null), 200)
                                .at("/items/0/status")
                                .asText(),
                        "committed"::equals);

        JsonNode file = body(send("GET", ROOT + "/filed/files", null), 200).at("/items/0");
        String of = ROOT + "/filed/files?partition=" + file.path("partition").asInt();
        assertThat(body(send("GET", of + "&offset=1", null), 200).path("items")).hasSize(1);
        assertThat(body(send("GET", of + "&offset=999", null), 200).path("items"))
                .isEmpty();
        assertThat(body(send("GET", ROOT + "/filed/dead-letters?reason=none", null), 200)
                        .path("items"))
                .isEmpty();
        ObjectNode preview =
                body(send("POST", ROOT + "/filed/preview", "{\"messages\": [{\"k\": 1, \"n\": 12}]}"), 200);
        assertThat(preview.at("/steps/0/rows")).hasSize(1);
        assertThat(body(send("POST", ROOT + "/filed/dead-letters/replay", "{\"all\": true}"), 200)
                        .path("letters")
                        .asInt())
                .isZero();
        problem(send("DELETE", ROOT + "/filed", null), 400, "pipeline.illegal_transition");
        body(send("DELETE", ROOT + "/filed?force=true", null), 200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /none, , 404, pipeline.not_found",
        "PUT, /none, '{\"name\": \"none\", \"steps\": [{\"kamelet\": \"s3-sink\"}]}', 404, pipeline.not_found",
        "DELETE, /none, , 404, pipeline.not_found",
        "GET, ?limit=0, , 400, web.invalid_fields",
        "GET, ?limt=5, , 400, web.invalid_fields",
        "GET, ?limit=5&limit=6, , 400, web.invalid_fields",
        "GET, ?limit=x, , 400, web.invalid_fields",
        "GET, ?cursor=mine, , 400, web.invalid_cursor",
        "GET, /none/dead-letters?reason=%00, , 400, web.invalid_fields",
        "PUT, /none?limit=5, '{}', 400, web.invalid_fields",
        "GET, /none/nothing, , 404, web.unknown_path",
        "POST, , '[]', 400, web.malformed_json",
        "POST, , '{\"name\": \"x\"}', 400, pipeline.invalid",
        "PATCH, /none, '{}', 405, web.method_not_allowed",
    })
    void whatCannotBeDoneIsAProblem(String method, String path, String body, int status, String reason)
            throws Exception {
        problem(send(method, ROOT + (path == null ? "" : path), body), status, reason);
    }

    private static String document(String name, int least) {
        return """
                {"name": "%s", "options": {"event": "%s-topic", "batch": {"max_interval": "200ms"}},
                 "schema": {"k": "BIGINT", "n": "BIGINT"},
                 "steps": [{"name": "big", "kamelet": "sql-transform-action",
                            "properties": {"query": "SELECT * FROM events WHERE n > %d"}},
                           {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "%s"}}]}""".formatted(name, name, least, name);
    }

    private HttpResponse<String> put(String pipeline, String document, String condition) throws Exception {
        return ContractHttp.send(request(ROOT + "/" + pipeline)
                .header("If-Match", condition)
                .PUT(BodyPublishers.ofString(document))
                .build());
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return ContractHttp.send(request(path).method(method, publisher).build());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(caravan.address().resolve(path))
                .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY)
                .header("Content-Type", "application/json");
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static ObjectNode body(HttpResponse<String> answer, int status) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return (ObjectNode) JSON.readTree(answer.body());
    }

    private static void problem(HttpResponse<String> answer, int status, String reason) throws Exception {
        assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
        assertThat(body(answer, status).path("reason").asText()).isEqualTo(reason);
    }
}
