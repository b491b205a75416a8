package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.route.Topics;
import dev.caravan.testing.Collector;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.trace.TraceContext;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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

/** Messages that wait for an event in the middle of their pipeline. */
class WaitJourneyIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUERY = "SELECT id, coalesce(signal->>'by', 'nobody') AS paid FROM events";

    private static Collector collector;
    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        collector = new Collector();
        caravan = RunningCaravan.start(Map.of("caravan.otlp.endpoint", collector.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        collector.close();
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static void create(String name, List<Map<String, Object>> waits) throws Exception {
        List<Map<String, Object>> steps = new ArrayList<>();
        steps.add(step("some", "jq-transform-action", Map.of("expression", "select(.amount > 10)")));
        steps.addAll(waits);
        steps.add(step("query", "sql-transform-action", Map.of("query", QUERY)));
        steps.add(step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", name)));
        caravan.operation(
                "create",
                Map.of(
                        "name",
                        name,
                        "options",
                        Map.of("batch", Map.of("max_interval", "300ms")),
                        "schema",
                        Map.of("id", "BIGINT", "amount", "DOUBLE"),
                        "steps",
                        steps));
    }

    private static void start(String name, List<Map<String, Object>> waits) throws Exception {
        create(name, waits);
        caravan.operation("start", Map.of("pipeline", name));
    }

    private static Map<String, Object> waitStep(String key, String timeout, String onTimeout) {
        return step(
                "payment",
                "wait-for-event-action",
                Map.of(
                        "event_key",
                        key,
                        "timeout",
                        timeout,
                        "on_timeout",
                        onTimeout,
                        "default_payload",
                        Map.of("by", "default")));
    }

    private static void ingest(String name, int first, int last) throws Exception {
        List<Map<String, Object>> events = IntStream.rangeClosed(first, last)
                .mapToObj(id -> Map.<String, Object>of("id", id, "amount", 20))
                .toList();
        caravan.operation("ingest", Map.of("pipeline", name, "events", events));
    }

    private static JsonNode call(String method, String path, String body) throws Exception {
        return call(method, path, body, TraceContext.begin().traceparent());
    }

    private static JsonNode call(String method, String path, String body, String traceparent) throws Exception {
        HttpResponse<String> answer =
                ContractHttp.send(HttpRequest.newBuilder(caravan.address().resolve(path))
                        .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY)
                        .header("traceparent", traceparent)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return JSON.readTree(answer.body());
    }

    private static JsonNode send(String key, String payload) throws Exception {
        return call(
                "POST",
                "/v1/events/" + URLEncoder.encode(key, StandardCharsets.UTF_8) + "/send?buffer_secs=600",
                "{\"payload\": " + payload + "}");
    }

    private static void awaitWaiting(String prefix, int count) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        call("GET", "/v1/events?project_id=default&status=waiting&limit=100&prefix=" + prefix, "")
                                .path("data"))
                .hasSize(count));
    }

    private static void awaitRows(String name, String... rows) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows(name)).containsExactly(rows));
    }

    private static List<String> rows(String prefix) throws Exception {
        return caravan.rows(prefix, "id, paid").stream()
                .map(row -> row.get(0) + " " + row.get(1))
                .toList();
    }

    private static void assertAccounted(String name, int in, int out, int dead, int parked) throws Exception {
        await().untilAsserted(() -> {
            JsonNode terms =
                    caravan.operation("monitor", Map.of("pipeline", name)).path("equation");
            assertThat(terms.path("holds").asBoolean()).as(terms.toString()).isTrue();
            assertThat(terms.path("rows_in").asInt()).isEqualTo(in);
            assertThat(terms.path("rows_out").asInt()).isEqualTo(out);
            assertThat(terms.path("rows_dead").asInt()).isEqualTo(dead);
            assertThat(terms.path("rows_parked").asInt()).as(terms.toString()).isEqualTo(parked);
        });
    }

    @Test
    void aRowGoesOnWithItsEventAndArrivesOnce() throws Exception {
        start("paying", List.of(waitStep("paying:{id}", "1h", "fail")));
        send("paying:3", "{\"by\": \"early\"}");
        caravan.operation("ingest", Map.of("pipeline", "paying", "event", Map.of("id", 9, "amount", 1)));
        ingest("paying", 1, 4);
        awaitWaiting("paying", 3);
        awaitRows("paying", "3 early");
        assertAccounted("paying", 5, 1, 0, 3);

        JsonNode sent = send("paying:1", "{\"by\": \"card\"}");
        assertThat(sent.path("source_type").asText()).isEqualTo("workflow_step");
        assertThat(sent.path("workflow_run_id").asText()).isNotBlank();
        assertThat(sent.path("workflow_step_run_id").asText())
                .isEqualTo(sent.path("id").asText());
        assertThat(sent.path("request_payload").path("amount").asInt()).isEqualTo(20);
        send("paying:1", "{\"by\": \"card\"}");
        awaitRows("paying", "1 card", "3 early");

        call("POST", "/v1/events/paying:2/reject", "{\"reason\": \"card refused\"}");
        call("DELETE", "/v1/events/paying:4", "");
        assertAccounted("paying", 5, 2, 2, 0);
        JsonNode letters =
                caravan.operation("dead_letters", Map.of("pipeline", "paying")).path("items");
        assertThat(letters.findValuesAsText("reason")).containsExactlyInAnyOrder("wait_rejected", "wait_canceled");
        assertThat(letters.findValuesAsText("step")).containsOnly("payment");
        awaitRows("paying", "1 card", "3 early");
    }

    @Test
    void aTimeOutMakesADeadLetterOrLetsTheRowGoOn() throws Exception {
        start("failing", List.of(waitStep("failing:{id}", "1s", "fail")));
        start("impatient", List.of(waitStep("impatient:{id}", "1s", "dead_letter")));
        start("patient", List.of(waitStep("patient:{id}", "1s", "continue")));
        ingest("failing", 1, 2);
        ingest("impatient", 1, 2);
        ingest("patient", 1, 2);

        awaitRows("patient", "1 default", "2 default");
        for (String dead : List.of("failing", "impatient")) {
            assertAccounted(dead, 2, 0, 2, 0);
            assertThat(caravan.operation("dead_letters", Map.of("pipeline", dead))
                            .path("items")
                            .findValuesAsText("reason"))
                    .containsOnly("wait_timed_out")
                    .hasSize(2);
        }
    }

    @Test
    void aRowGoesOnInTheVersionItParkedWith() throws Exception {
        start("versions", List.of(waitStep("versions:{id}", "1h", "fail")));
        ingest("versions", 1, 1);
        awaitWaiting("versions", 1);
        caravan.operation(
                "transform", Map.of("pipeline", "versions", "sql", "SELECT id, 'second' AS paid FROM events"));
        ingest("versions", 2, 2);
        awaitWaiting("versions", 2);

        call("POST", "/v1/events/prefix/versions:/send", "{\"payload\": {\"by\": \"first\"}}");

        awaitRows("versions", "1 first", "2 second");
    }

    @Test
    void whatGoesOnIsLinkedToTheTracesOfThoseWhoEndedTheWaits() throws Exception {
        start("traced", List.of(waitStep("traced:{id}", "1h", "fail")));
        ingest("traced", 1, 3);
        awaitWaiting("traced", 3);
        String payload = "{\"payload\": {\"by\": \"card\"}}";
        for (String path :
                List.of("traced:1/send", "prefix/traced:2/send", "traced:3/reject", "traced:4/send?buffer_secs=60")) {
            TraceContext sender = TraceContext.begin();
            String body = path.endsWith("reject") ? "{\"reason\": \"no\"}" : payload;
            call("POST", "/v1/events/" + path, body, sender.traceparent());
            if (path.startsWith("traced:4")) {
                ingest("traced", 4, 4);
            }
            awaitLinkTo(sender);
        }
    }

    @Test
    void whatGoesOnIsLinkedToTheTracesOfALinksUserAndOfAMessageOfSignals() throws Exception {
        caravan.bean(Topics.class).ensure("traced-signals", 1);
        caravan.operation(
                "create",
                Map.of(
                        "name",
                        "followed",
                        "options",
                        Map.of(
                                "batch",
                                Map.of("max_interval", "300ms"),
                                "signals",
                                Map.of("topic", "traced-signals", "key", "followed:{id}")),
                        "steps",
                        List.of(
                                waitStep("followed:{id}", "1h", "fail"),
                                step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", "followed")))));
        caravan.operation("start", Map.of("pipeline", "followed"));
        ingest("followed", 1, 2);
        awaitWaiting("followed", 2);

        JsonNode link = call("POST", "/v1/events/followed:1/links", "{\"action\": \"send\"}");
        TraceContext outside = TraceContext.begin();
        call("POST", link.path("url").asText(), "{\"payload\": 1}", outside.traceparent());
        awaitLinkTo(outside);

        TraceContext publisher = TraceContext.begin();
        ProducerRecord<String, String> message = new ProducerRecord<>("traced-signals", "{\"id\": 2}");
        message.headers().add(TraceContext.HEADER, publisher.traceparent().getBytes(StandardCharsets.US_ASCII));
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                caravan.bean(KafkaConnection.class).with(Map.of()), new StringSerializer(), new StringSerializer())) {
            producer.send(message);
        }
        awaitLinkTo(publisher);
    }

    private static void awaitLinkTo(TraceContext sender) {
        await("a batch that is linked to " + sender.traceId())
                .atMost(Duration.ofSeconds(60))
                .until(() -> collector.spans().stream()
                        .filter(span -> span.name().startsWith("process ") && !span.failed())
                        .anyMatch(span -> span.links().stream().anyMatch(link -> link.startsWith(sender.traceId()))));
    }

    @Test
    void aRowMayWaitTwice() throws Exception {
        start(
                "twice",
                List.of(
                        waitStep("approved:{id}", "1h", "fail"),
                        step("again", "wait-for-event-action", Map.of("event_key", "shipped:{id}"))));
        ingest("twice", 1, 2);
        awaitWaiting("approved", 2);
        JsonNode first = send("approved:1", "{\"by\": \"boss\"}");
        awaitWaiting("shipped", 1);
        assertAccounted("twice", 2, 0, 0, 2);
        JsonNode second = send("shipped:1", "{\"by\": \"carrier\"}");

        awaitRows("twice", "1 carrier");
        assertThat(second.path("workflow_run_id")).isEqualTo(first.path("workflow_run_id"));
        assertAccounted("twice", 2, 1, 0, 1);
    }

    @Test
    void aKeyThatSomebodyWaitsForAlreadyOrThatCannotBeMadeIsADeadLetter() throws Exception {
        create("keys", List.of(waitStep("keys:{key}", "1h", "fail")));
        caravan.operation(
                "ingest",
                Map.of(
                        "pipeline",
                        "keys",
                        "events",
                        List.of(
                                Map.of("id", 1, "amount", 20, "key", "a"),
                                Map.of("id", 2, "amount", 20, "key", "a"),
                                Map.of("id", 3, "amount", 20))));
        // after that, so that they are read at once: the bad ones alone would pause it
        caravan.operation("start", Map.of("pipeline", "keys"));
        assertAccounted("keys", 3, 0, 2, 1);
        assertThat(caravan.operation("dead_letters", Map.of("pipeline", "keys"))
                        .path("items")
                        .findValuesAsText("reason"))
                .containsExactlyInAnyOrder("event_key_taken", "event_key_invalid");
    }

    @Test
    void nothingWaitsForAPipelineThatIsGone() throws Exception {
        start("gone", List.of(waitStep("gone:{id}", "1h", "fail")));
        ingest("gone", 1, 2);
        awaitWaiting("gone", 2);
        caravan.operation("delete", Map.of("pipeline", "gone", "force", true));

        JsonNode waits =
                call("GET", "/v1/events?project_id=default&prefix=gone", "").path("data");
        assertThat(waits.findValuesAsText("status")).containsExactly("canceled", "canceled");
        assertThat(caravan.bean(JdbcClient.class)
                        .sql(
                                "SELECT count(*) FROM wait_resume r JOIN wait w ON w.seq = r.wait WHERE w.event_key LIKE 'gone:%'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aWaitBehindAQueryOrWithoutAFieldIsRefused() throws Exception {
        HttpResponse<String> wrong = refused("no field", "40d");
        assertThat(wrong.body()).contains("/steps/1/properties/event_key", "/steps/1/properties/timeout");
        JsonNode violations = JSON.readTree(refused("a:{a}", "1d").body()).findValue("violations");
        assertThat(violations).hasSize(1);
        assertThat(violations.get(0).path("path").asText()).isEqualTo("/steps/1");
        assertThat(violations.get(0).path("message").asText())
                .contains("rows wait before queries", "step 'query'", "in front of 'query'", "jq-transform-action");
    }

    private static HttpResponse<String> refused(String key, String timeout) throws Exception {
        HttpResponse<String> answer = caravan.post(
                "create",
                Map.of(
                        "name",
                        "late",
                        "steps",
                        List.of(
                                step("query", "sql-transform-action", Map.of("query", "SELECT 1 AS a FROM events")),
                                step("wait", "wait-for-event-action", Map.of("event_key", key, "timeout", timeout)),
                                step("lake", "s3-sink", Map.of("bucket", "lake")))));
        assertThat(answer.statusCode()).isEqualTo(400);
        return answer;
    }
}
