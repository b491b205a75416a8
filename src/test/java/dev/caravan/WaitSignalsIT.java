package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.route.Topics;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.trace.TraceContext;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Events that come over a topic, and the runs of the messages that waited for them. */
class WaitSignalsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOPIC = "payments";

    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        caravan.bean(Topics.class).ensure(TOPIC, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static Map<String, Object> document(String name, Map<String, Object> options, String... keys) {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            steps.add(step("wait-" + i, "wait-for-event-action", Map.of("event_key", keys[i])));
        }
        steps.add(step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", name)));
        return Map.of("name", name, "options", options, "steps", steps);
    }

    private static void create(String name, String... keys) throws Exception {
        caravan.operation("create", document(name, Map.of("batch", Map.of("max_interval", "300ms")), keys));
        caravan.operation("start", Map.of("pipeline", name));
    }

    private static void createWithSignals(String name) throws Exception {
        Map<String, Object> signals = Map.of("topic", TOPIC, "key", name + ":{order}", "payload", "{receipt}");
        Map<String, Object> options = Map.of("batch", Map.of("max_interval", "300ms"), "signals", signals);
        caravan.operation("create", document(name, options, name + ":{id}"));
        caravan.operation("start", Map.of("pipeline", name));
    }

    private static void ingest(String name, int... ids) throws Exception {
        List<Map<String, Object>> events = IntStream.of(ids)
                .mapToObj(id -> Map.<String, Object>of("id", id))
                .toList();
        caravan.operation("ingest", Map.of("pipeline", name, "events", events));
    }

    private static void publish(String... messages) {
        publishTo(TOPIC, messages);
    }

    private static void publishTo(String topic, String... messages) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                caravan.bean(KafkaConnection.class).with(Map.of()), new StringSerializer(), new StringSerializer())) {
            for (String message : messages) {
                producer.send(new ProducerRecord<>(topic, 0, null, message));
            }
        }
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return ContractHttp.send(HttpRequest.newBuilder(caravan.address().resolve(path))
                .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode call(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = send(method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return JSON.readTree(answer.body());
    }

    private static void awaitEvent(String key, String status) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        call("GET", "/v1/events/" + key, "").path("status").asText())
                .isEqualTo(status));
    }

    private static void awaitRun(String id, String status) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        call("GET", "/api/v1/runs/" + id, "").path("status").asText())
                .isEqualTo(status));
    }

    private static String runOf(String key) throws Exception {
        return call("GET", "/v1/events/" + key, "").path("workflow_run_id").asText();
    }

    private static long count(String sql) {
        return caravan.bean(JdbcClient.class).sql(sql).query(Long.class).single();
    }

    private static List<String> runs(String query) throws Exception {
        JsonNode page = call("GET", "/api/v1/runs?" + query, "");
        List<String> ids = new ArrayList<>(page.path("data").findValuesAsText("id"));
        // each run has its event inside, which has an id too
        ids.removeIf(id -> page.path("data").findValues("event").stream()
                .anyMatch(event -> event.path("id").asText().equals(id)));
        return ids;
    }

    private static List<String> events(String query) throws Exception {
        return call("GET", "/v1/events?project_id=default&" + query, "")
                .path("data")
                .findValuesAsText("event_key");
    }

    @Test
    void aTopicGivesWaitsTheirEventsOnceAcrossARestart() throws Exception {
        createWithSignals("paid");
        publish(
                "no JSON",
                "{\"receipt\": 1}",
                "{\"order\": 9, \"receipt\": {\"by\": \"early\"}}",
                "{\"order\": 1, \"receipt\": {\"by\": \"earlier\"}}");
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        count("SELECT count(*) FROM wait WHERE event_key LIKE 'paid:%' AND status = 'buffered'") == 2);
        ingest("paid", 1, 2, 9);
        awaitEvent("paid:1", "received");
        awaitEvent("paid:9", "received");
        awaitEvent("paid:2", "waiting");
        publish("{\"order\": 2, \"receipt\": {\"by\": \"card\"}}");
        awaitEvent("paid:2", "received");
        assertThat(call("GET", "/v1/events/paid:2", "")
                        .at("/response_payload/by")
                        .asText())
                .isEqualTo("card");
        awaitRun(runOf("paid:2"), "completed");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(caravan.operation("logs", Map.of("pipeline", "paid", "level", "warn"))
                                .toString())
                        .contains("route.no_signal", "web.malformed_json"));

        caravan.operation("stop", Map.of("pipeline", "paid"));
        publish("{\"order\": 3, \"receipt\": null}", "{\"order\": 4, \"receipt\": 4}");
        caravan = caravan.restart();
        caravan.operation("start", Map.of("pipeline", "paid"));
        ingest("paid", 3, 4);
        awaitEvent("paid:3", "received");
        awaitEvent("paid:4", "received");
        assertThat(count("SELECT sum(next_offset) FROM signal_position")).isEqualTo(7);

        // what was taken before the restart is not taken again by who waits for the same key now
        ingest("paid", 2);
        awaitEvent("paid:2", "waiting");
        publish("{\"order\": 5, \"receipt\": 5}");
        await().atMost(Duration.ofSeconds(60)).until(() -> count("SELECT sum(next_offset) FROM signal_position") == 8);
        awaitEvent("paid:2", "waiting");
    }

    @Test
    void aSignalWithoutAFieldInItsKeyOrWithAnythingButAFieldAsPayloadIsRefused() throws Exception {
        Map<String, Object> signals =
                Map.of("topic", TOPIC, "key", "payment", "payload", "receipt", "buffer", "8d", "kee", "x");
        HttpResponse<String> answer = caravan.post("validate", document("wrong", Map.of("signals", signals), "a:{id}"));
        assertThat(answer.body())
                .contains("/options/signals/payload", "/options/signals/buffer", "/options/signals/kee");
        Map<String, Object> noField = Map.of("topic", TOPIC, "key", "payment");
        assertThat(caravan.post("validate", document("wrong", Map.of("signals", noField), "a:{id}"))
                        .body())
                .contains("/options/signals/key", "it names no field");
    }

    @Test
    void aTraceIsKeptWithAWaitOnlyWhenSomebodyMayLookForIt() throws Exception {
        create("seen", "seen:{id}");
        ingest("seen", 1, 2);
        awaitEvent("seen:1", "waiting");
        awaitEvent("seen:2", "waiting");
        TraceContext sender = TraceContext.begin();
        HttpResponse<String> traced =
                ContractHttp.send(HttpRequest.newBuilder(caravan.address().resolve("/v1/events/seen:1/send"))
                        .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY)
                        .header("Content-Type", "application/json")
                        .header("traceparent", sender.traceparent())
                        .POST(HttpRequest.BodyPublishers.ofString("{\"payload\": 1}"))
                        .build());
        assertThat(traced.statusCode()).isEqualTo(200);
        call("POST", "/v1/events/seen:2/send", "{\"payload\": 1}");
        assertThat(count("SELECT count(*) FROM wait WHERE event_key = 'seen:1' AND trace LIKE '00-" + sender.traceId()
                        + "-%'"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM wait WHERE event_key = 'seen:2' AND trace IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void anEventWakesAPipelineThatIsIdle() throws Exception {
        caravan.bean(Topics.class).ensure("sleepy", 1);
        Map<String, Object> options = Map.of("event", "sleepy", "idle", "1s", "batch", Map.of("max_interval", "300ms"));
        caravan.operation("create", document("sleepy", options, "sleepy:{id}"));
        caravan.operation("start", Map.of("pipeline", "sleepy"));
        publishTo("sleepy", "{\"id\": 1}");
        awaitEvent("sleepy:1", "waiting");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(caravan.operation("get", Map.of("pipeline", "sleepy"))
                                .path("status")
                                .asText())
                        .isEqualTo("idle"));
        call("POST", "/v1/events/sleepy:1/send", "{\"payload\": 1}");
        awaitRun(runOf("sleepy:1"), "completed");
        JsonNode origin = call("GET", "/api/v1/runs/" + runOf("sleepy:1"), "").path("origin");
        assertThat(origin.path("topic").asText()).isEqualTo("sleepy");
        assertThat(origin.path("partition").asInt(-1)).isZero();
        assertThat(origin.path("offset").asInt(-1)).isZero();
        assertThat(origin.path("timestamp").asText()).endsWith("Z");
    }

    @Test
    void offsetsAreResetOnlyWhenNoRowOfThemWaits() throws Exception {
        create("held", "held:{id}");
        ingest("held", 1);
        awaitEvent("held:1", "waiting");
        caravan.operation("stop", Map.of("pipeline", "held"));
        String offsets = "/api/v1/pipelines/held/offsets";
        HttpResponse<String> answer = send("PUT", offsets, "{\"to\": \"earliest\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(JSON.readTree(answer.body()).path("reason").asText()).isEqualTo("pipeline.unfinished");
        assertThat(JSON.readTree(answer.body()).path("detail").asText()).contains("wait for an event");

        String run = runOf("held:1");
        call("POST", "/v1/events/held:1/send", "{\"payload\": 1}");
        caravan.operation("start", Map.of("pipeline", "held"));
        awaitRun(run, "completed");
        caravan.operation("stop", Map.of("pipeline", "held"));
        call("PUT", offsets, "{\"to\": \"earliest\"}");
        caravan.operation("start", Map.of("pipeline", "held"));
        awaitEvent("held:1", "waiting");
        assertThat(runOf("held:1")).as("the message is read anew").isNotEqualTo(run);
    }

    @Test
    void aRunTellsWhereItsMessageStands() throws Exception {
        create("standing", "first:{id}", "second:{id}");
        ingest("standing", 1, 2);
        awaitEvent("first:1", "waiting");
        awaitEvent("first:2", "waiting");
        String run = runOf("first:1");
        assertThat(runs("pipeline=standing&status=waiting")).hasSize(2).contains(run);
        JsonNode found = call("GET", "/api/v1/runs/" + run, "");
        assertThat(found.path("origin").path("offset").isNumber()).isTrue();
        assertThat(found.path("event").path("event_key").asText()).isEqualTo("first:1");
        assertThat(events("pipeline=standing")).hasSize(2).contains("first:1");
        assertThat(events("pipeline=standing&workflow_run_id=" + run + "&source_type=workflow_step&status=waiting"))
                .containsExactly("first:1");
        assertThat(events("workflow_run_id=" + run + "&source_type=job_run")).isEmpty();
        assertThat(events("pipeline=nobody")).isEmpty();
        assertThat(events("workflow_run_id=none")).isEmpty();
        String began = found.path("started_at").asText();
        assertThat(runs("pipeline=standing&since=" + began)).contains(run);
        assertThat(runs("pipeline=standing&until=" + began)).doesNotContain(run);
        assertThat(runs("pipeline=nobody")).isEmpty();
        assertThat(found.path("steps").findValuesAsText("status")).containsExactly("waiting", "pending", "pending");

        call("POST", "/v1/events/first:1/send", "{\"payload\": 1}");
        awaitEvent("second:1", "waiting");
        assertThat(runOf("second:1")).isEqualTo(run);
        assertThat(runs("pipeline=standing")).hasSize(2).contains(run);
        found = call("GET", "/api/v1/runs/" + run, "");
        assertThat(found.path("steps").findValuesAsText("status")).containsExactly("completed", "waiting", "pending");

        call("POST", "/v1/events/second:1/send", "{\"payload\": 1}");
        awaitRun(run, "completed");
        found = call("GET", "/api/v1/runs/" + run, "");
        assertThat(found.path("ended_at").asText()).isNotBlank();
        assertThat(found.path("steps").findValuesAsText("status"))
                .containsExactly("completed", "completed", "completed");
        JsonNode files = call("GET", found.path("links").path("files").asText(), "");
        assertThat(files.toString()).contains("standing");
        call("GET", found.path("links").path("pipeline").asText(), "");
        call("GET", found.path("links").path("event").asText(), "");
        assertThat(runs("pipeline=standing&status=completed")).containsExactly(run);
        assertThat(runs("pipeline=standing&status=waiting")).hasSize(1).doesNotContain(run);
    }

    @Test
    void aRunThatWaitsCanBeCanceledAndNoOther() throws Exception {
        create("leaving", "leaving:{id}");
        ingest("leaving", 1, 2, 3);
        awaitEvent("leaving:3", "waiting");
        String run = runOf("leaving:1");
        assertThat(call("POST", "/api/v1/runs/" + run + "/cancel", "")
                        .path("status")
                        .asText())
                .isEqualTo("canceled");
        assertThat(send("POST", "/api/v1/runs/" + run + "/cancel", "").statusCode())
                .isEqualTo(409);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(call("GET", "/api/v1/runs/" + run, "")
                        .at("/error/reason")
                        .asText())
                .isEqualTo("wait_canceled"));
        call("POST", "/v1/events/leaving:2/reject", "{\"reason\": \"no money\"}");
        awaitRun(runOf("leaving:2"), "failed");
        assertThat(runs("pipeline=leaving&status=failed")).containsExactly(runOf("leaving:2"));
        assertThat(runs("pipeline=leaving&status=canceled")).containsExactly(run);
        assertThat(call("GET", "/api/v1/runs/" + run, "").path("steps").findValuesAsText("status"))
                .containsExactly("canceled", "skipped");

        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = call("GET", "/api/v1/runs?pipeline=leaving&limit=1" + cursor, "");
            page.path("data").forEach(each -> paged.add(each.path("id").asText()));
            cursor = page.path("has_more").asBoolean()
                    ? "&cursor=" + page.path("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        assertThat(paged).hasSize(3).doesNotHaveDuplicates();

        assertThat(send("GET", "/api/v1/runs/none", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/api/v1/runs?status=no", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/api/v1/runs?cursor=YzE6MQ", "").statusCode()).isEqualTo(400);
    }
}
