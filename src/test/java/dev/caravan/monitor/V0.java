package dev.caravan.monitor;

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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A client of {@code /v0} on one replica; every answer is held against the contract. */
record V0(RunningCaravan caravan) {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> STATUS_FIELDS = Set.of(
            "event_id",
            "recorded_at",
            "deployment_resources_status",
            "deployment_resources_desired_status",
            "deployment_runtime_status",
            "deployment_runtime_desired_status",
            "deployment_has_error",
            "program_status",
            "storage_status");
    private static final Set<String> DETAIL_FIELDS = Set.of(
            "deployment_resources_status_details",
            "deployment_runtime_status_details",
            "deployment_error",
            "storage_status_details",
            "cause",
            "actor",
            "previous",
            "duration_ms");

    HttpResponse<String> get(String path) throws Exception {
        return caravan.send(caravan.request("/v0" + path).GET());
    }

    JsonNode json(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    HttpResponse<String> post(String path) throws Exception {
        return caravan.send(caravan.request("/v0" + path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.noBody()));
    }

    /** Asks for a move and waits until it is done. */
    void move(String pipeline, String action, String status) throws Exception {
        HttpResponse<String> answer = post("/pipelines/" + pipeline + "/" + action);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        awaitStatus(pipeline, status);
    }

    void awaitStatus(String pipeline, String status) {
        await(pipeline + " " + status)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> status(pipeline).equals(status));
    }

    String status(String pipeline) throws Exception {
        return json("/pipelines/" + pipeline + "?selector=status")
                .path("deployment_status")
                .asText();
    }

    /** Oldest first. */
    List<JsonNode> events(String pipeline, String selector) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        json("/pipelines/" + pipeline + "/events?selector=" + selector).forEach(events::add);
        Collections.reverse(events);
        return events;
    }

    /** The statuses of the events one after the other, those that are the same as the one before left out. */
    List<String> history(String pipeline) throws Exception {
        List<String> history = new ArrayList<>();
        for (JsonNode event : events(pipeline, "status")) {
            String line = String.join(
                    " ",
                    event.path("deployment_resources_status").asText(),
                    event.path("deployment_resources_desired_status").asText(),
                    event.path("deployment_runtime_status").asText(),
                    event.path("deployment_runtime_desired_status").asText(),
                    event.path("storage_status").asText()
                            + (event.path("deployment_has_error").asBoolean() ? " error" : ""));
            if (history.isEmpty() || !history.get(history.size() - 1).equals(line)) {
                history.add(line);
            }
        }
        return history;
    }

    void create(String name, Map<String, Object> options, String query) throws Exception {
        caravan.operation(
                "create",
                Map.of(
                        "name",
                        name,
                        "options",
                        options,
                        "schema",
                        Map.of("n", "VARCHAR"),
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
                                        Map.of("bucket", "lake", "prefix", name)))));
    }

    void ingest(String pipeline, String n) throws Exception {
        caravan.operation("ingest", Map.of("pipeline", pipeline, "event", Map.of("n", n)));
    }

    /** All events have the fields that are asked for and no others, and follow each other as the picture says. */
    void wellFormed(String pipeline) throws Exception {
        Set<String> every = new HashSet<>(STATUS_FIELDS);
        every.addAll(DETAIL_FIELDS);
        assertThat(events(pipeline, "status")).isNotEmpty().allSatisfy(event -> assertThat(names(event))
                .isEqualTo(STATUS_FIELDS));
        assertThat(events(pipeline, "all")).isNotEmpty().allSatisfy(event -> {
            assertThat(names(event)).isEqualTo(every);
            assertThat(event.path("deployment_runtime_status_details").isNull())
                    .isEqualTo(event.path("deployment_runtime_status").isNull());
            assertThat(event.path("deployment_error").isNull())
                    .isNotEqualTo(event.path("deployment_has_error").asBoolean());
        });
        legal(pipeline);
    }

    /** All events of a pipeline follow the picture. */
    void legal(String pipeline) {
        EventStore store = caravan.bean(EventStore.class);
        long seq = store.find("default", pipeline).orElseThrow().seq();
        List<MonitorEvent> newestFirst = store.list(seq, null, null, null, EventApi.MOST);
        for (int i = 1; i < newestFirst.size(); i++) {
            Deployment before = newestFirst.get(i).deployment();
            Deployment after = newestFirst.get(i - 1).deployment();
            assertThat(before.canBecome(after)).as("%s to %s", before, after).isTrue();
        }
    }

    static void refused(HttpResponse<String> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).path("error_code").asText()).isEqualTo(code);
    }

    static List<String> ids(HttpResponse<String> answer) throws Exception {
        List<String> ids = new ArrayList<>();
        JSON.readTree(answer.body())
                .forEach(event -> ids.add(event.path("event_id").asText()));
        return ids;
    }

    static Set<String> names(JsonNode event) {
        Set<String> names = new HashSet<>();
        event.fieldNames().forEachRemaining(names::add);
        return names;
    }

    List<String> files(String pipeline) throws Exception {
        return caravan.operation("files", Map.of("pipeline", pipeline)).findValuesAsText("key");
    }
}
