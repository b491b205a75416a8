package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The life of a pipeline as {@code POST /pipeline} leads it, and what its log tells of it. */
class LifeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NEVER_BY_ITSELF = "1h";

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
    void whatAStatusDoesNotAllowIsRefusedWithTheStatusAndWhatItHasAlreadyIsDoneAgain() throws Exception {
        String id = create("moved", NEVER_BY_ITSELF).path("id").asText();
        assertThat(status("stop", id)).isEqualTo("stopped");
        refused("pause", "moved", "stopped");
        refused("resume", "moved", "stopped");

        assertThat(status("start", id)).isEqualTo("running");
        assertThat(status("start", "moved")).as("again").isEqualTo("running");
        assertThat(status("resume", "moved")).as("nothing to resume").isEqualTo("running");
        refused("delete", "moved", "running");

        assertThat(status("pause", "moved")).isEqualTo("paused");
        assertThat(status("pause", "moved")).as("again").isEqualTo("paused");
        refused("start", "moved", "paused");
        refused("delete", id, "paused");

        assertThat(status("resume", "moved")).isEqualTo("running");
        assertThat(status("stop", "moved")).isEqualTo("stopped");
        assertThat(caravan.operation("delete", Map.of("pipeline", "moved"))
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        assertThat(caravan.post("start", Map.of("pipeline", id)).statusCode()).isEqualTo(404);
    }

    @Test
    void whatComesWhileItIsPausedIsKeptAndAStopFlushesWhatIsOpen() throws Exception {
        create("flushed", NEVER_BY_ITSELF);
        caravan.operation("start", Map.of("pipeline", "flushed"));
        assertThat(ingest("flushed", 1, 2)).isEqualTo(2);
        caravan.operation("pause", Map.of("pipeline", "flushed"));
        assertThat(ingest("flushed", 3)).isEqualTo(1);
        assertThat(caravan.operation("monitor", Map.of("pipeline", "flushed"))
                        .at("/total/messages_in")
                        .asInt())
                .as("nothing closes a batch but the stop")
                .isZero();
        caravan.operation("resume", Map.of("pipeline", "flushed"));

        List<JsonNode> ranges = new ArrayList<>();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode stopped = caravan.operation("stop", Map.of("pipeline", "flushed"));
            assertThat(caravan.operation("stop", Map.of("pipeline", "flushed")))
                    .as("again")
                    .isEqualTo(stopped);
            JsonNode flushed = stopped.path("flushed");
            flushed.path("ranges").forEach(ranges::add);
            assertThat(flushed.path("rows").asInt())
                    .isEqualTo(flushed.path("ranges").findValues("rows_in").stream()
                            .mapToInt(JsonNode::asInt)
                            .sum());
            caravan.operation("start", Map.of("pipeline", "flushed"));
            assertThat(ranges.stream()
                            .mapToInt(range -> range.path("rows_in").asInt())
                            .sum())
                    .as("a stop reads nothing more, so it may take two")
                    .isEqualTo(3);
        });
        JsonNode files =
                caravan.operation("files", Map.of("pipeline", "flushed")).path("items");
        assertThat(files).hasSize(ranges.size());
        assertThat(ranges).allSatisfy(range -> assertThat(files.findValuesAsText("key"))
                .contains(range.at("/object_keys/0").asText()));
        caravan.operation("delete", Map.of("pipeline", "flushed", "force", true));
    }

    @Test
    void allThatIsWrongWithADocumentIsSaidAtOnceAndNothingIsStored() throws Exception {
        HttpResponse<String> answer = caravan.post(
                "create",
                Map.of(
                        "name",
                        "No Name",
                        "optoins",
                        Map.of(),
                        "steps",
                        List.of(
                                Map.of("name", "a", "kamelet", "s3-snik"),
                                Map.of("name", "a", "kamelet", "sql-transform-action"))));
        JsonNode error = error(answer, 400, "VALIDATION_ERROR");
        assertThat(error.at("/details/reason").asText()).isEqualTo("pipeline.invalid");
        assertThat(error.at("/details/violations").findValuesAsText("path"))
                .contains("/name", "/optoins", "/steps/0/kamelet")
                .anyMatch(path -> path.startsWith("/steps/1"));
        assertThat(answer.body()).contains("options", "s3-sink");

        create("taken", NEVER_BY_ITSELF);
        JsonNode taken = error(caravan.post("create", document("taken", "1s")), 400, "VALIDATION_ERROR");
        assertThat(taken.at("/details/reason").asText()).isEqualTo("pipeline.name_taken");
        assertThat(taken.path("message").asText()).contains("taken");
        assertThat(caravan.operation("list", Map.of()).path("items").findValuesAsText("name"))
                .contains("taken")
                .doesNotContain("No Name");
    }

    @Test
    void aTimeoutEndsTheWaitingAndNotTheOperation() throws Exception {
        create("slow", NEVER_BY_ITSELF);
        HttpResponse<String> answer = caravan.send(caravan.request("/pipeline")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"operation": "start", "parameters": {"pipeline": "slow"}, "options": {"timeout": 1}}""")));
        JsonNode error = error(answer, 503, "TIMEOUT");
        assertThat(error.path("message").asText()).contains("goes on by itself");
        assertThat(error.at("/details/status").asText()).isIn("stopped", "starting");
        assertThat(status("start", "slow")).isEqualTo("running");
        caravan.operation("stop", Map.of("pipeline", "slow"));
    }

    @Test
    void theLogTellsOfTheLife() throws Exception {
        create("told", "500ms");
        caravan.operation("start", Map.of("pipeline", "told"));
        ingest("told", 1);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> messages("told", "info").toString().contains("wrote 1 rows"));
        caravan.operation("pause", Map.of("pipeline", "told"));
        caravan.operation("resume", Map.of("pipeline", "told"));
        caravan.operation("stop", Map.of("pipeline", "told"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> messages("told", "info").contains("stopped"));
        List<String> oldestFirst = new ArrayList<>(messages("told", "info"));
        Collections.reverse(oldestFirst);
        assertThat(oldestFirst).startsWith("version 1 started").containsSubsequence("paused", "resumed", "stopped");
        assertThat(messages("told", "error")).isEmpty();
        JsonNode wrote = caravan.operation("logs", Map.of("pipeline", "told")).path("items");
        assertThat(wrote).anySatisfy(entry -> {
            assertThat(entry.at("/fields/first_offset").asInt(-1)).isZero();
            assertThat(entry.at("/fields/claim").asText()).isNotBlank();
        });
        caravan.operation("delete", Map.of("pipeline", "told"));
        assertThat(caravan.post("logs", Map.of("pipeline", "told")).statusCode())
                .isEqualTo(404);
    }

    /** In pages of two, so that a lost or repeated entry shows. */
    private static List<String> messages(String pipeline, String level) throws Exception {
        List<String> messages = new ArrayList<>();
        Map<String, Object> parameters = new TreeMap<>(Map.of("pipeline", pipeline, "level", level, "limit", 2));
        JsonNode page;
        do {
            page = caravan.operation("logs", parameters);
            page.path("items")
                    .forEach(entry -> messages.add(entry.path("message").asText()));
            parameters.put("cursor", page.path("next_cursor").asText());
        } while (!page.path("next_cursor").isNull());
        return messages;
    }

    private static Map<String, Object> document(String name, String interval) {
        Map<String, Object> sink =
                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", name));
        return Map.of(
                "name",
                name,
                "options",
                Map.of("batch", Map.of("max_interval", interval)),
                "schema",
                Map.of("n", "BIGINT"),
                "steps",
                List.of(sink));
    }

    private static JsonNode create(String name, String interval) throws Exception {
        JsonNode created = caravan.operation("create", document(name, interval));
        assertThat(created.path("status").asText()).isEqualTo("stopped");
        assertThat(created.path("version").asInt()).isEqualTo(1);
        return created;
    }

    private static int ingest(String pipeline, int... numbers) throws Exception {
        List<Map<String, Integer>> events = java.util.Arrays.stream(numbers)
                .mapToObj(number -> Map.of("n", number))
                .toList();
        JsonNode answer = caravan.operation("ingest", Map.of("pipeline", pipeline, "events", events));
        assertThat(answer.path("rejected").asInt()).isZero();
        return answer.path("accepted").asInt();
    }

    private static String status(String operation, String pipeline) throws Exception {
        return caravan.operation(operation, Map.of("pipeline", pipeline))
                .path("status")
                .asText();
    }

    private static void refused(String operation, String pipeline, String status) throws Exception {
        JsonNode error = error(caravan.post(operation, Map.of("pipeline", pipeline)), 400, "VALIDATION_ERROR");
        assertThat(error.at("/details/reason").asText()).isEqualTo("pipeline.illegal_transition");
        assertThat(error.at("/details/status").asText()).isEqualTo(status);
        assertThat(error.path("message").asText()).contains(operation, status);
    }

    private static JsonNode error(HttpResponse<String> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("success").asBoolean()).isFalse();
        assertThat(body.at("/error/code").asText()).isEqualTo(code);
        return body.path("error");
    }
}
