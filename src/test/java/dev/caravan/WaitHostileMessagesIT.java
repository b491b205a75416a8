package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.route.Topics;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Messages as anybody may write them to a topic, and a database that fails now and then: waits go on all the same. */
class WaitHostileMessagesIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static void create(String name, Map<String, Object> signals, List<Map<String, Object>> steps)
            throws Exception {
        caravan.bean(Topics.class).ensure(name, 1);
        Map<String, Object> batch = Map.of("max_interval", "300ms");
        Map<String, Object> options = signals.isEmpty()
                ? Map.of("event", name, "batch", batch)
                : Map.of("event", name, "batch", batch, "signals", signals);
        caravan.operation("create", Map.of("name", name, "options", options, "steps", steps));
    }

    private static Map<String, Object> waiting(String name) {
        return step("wait", "wait-for-event-action", Map.of("event_key", name + ":{id}"));
    }

    private static Map<String, Object> lake(String name) {
        return step("sink", "s3-sink", Map.of("bucket", "lake", "prefix", name));
    }

    private static void publish(String topic, int partition, String... messages) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                caravan.bean(KafkaConnection.class).with(Map.of()), new StringSerializer(), new StringSerializer())) {
            for (String message : messages) {
                producer.send(new ProducerRecord<>(topic, partition, null, message));
            }
        }
    }

    private static JsonNode call(String method, String path, String body) throws Exception {
        HttpResponse<String> answer =
                ContractHttp.send(HttpRequest.newBuilder(caravan.address().resolve(path))
                        .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return JSON.readTree(answer.body());
    }

    private static void awaitEvent(String key, String status) {
        await(key).atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        call("GET", "/v1/events/" + key, "").path("status").asText())
                .isEqualTo(status));
    }

    private static List<JsonNode> letters(String pipeline) throws Exception {
        List<JsonNode> letters = new ArrayList<>();
        caravan.operation("dead_letters", Map.of("pipeline", pipeline))
                .path("items")
                .forEach(letters::add);
        return letters;
    }

    private static void awaitLetters(String pipeline, int count) {
        await("dead letters").atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(letters(pipeline))
                .hasSize(count));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @Test
    void aMessageWhoseKeyCannotBeMadeHoldsUpNoOther() throws Exception {
        create("odd", Map.of(), List.of(waiting("odd"), lake("odd")));
        publish(
                "odd",
                0,
                "{\"id\": 1e400}",
                "{\"id\": -2.5e-999999999}",
                "{\"id\": 1e999999999}",
                "{\"id\": 1e99999999999}",
                "{\"id\": " + "7".repeat(1_100) + "}",
                "{\"id\": 6, \"deep\": " + nested(2_500) + "}",
                "{\"id\": 7}");
        caravan.operation("start", Map.of("pipeline", "odd"));

        awaitEvent("odd:7", "waiting");
        awaitEvent("odd:1" + "0".repeat(400), "waiting");
        awaitEvent("odd:1E%2B999999999", "waiting");
        awaitLetters("odd", 3);
        assertThat(letters("odd"))
                .extracting(letter -> letter.path("reason").asText())
                .containsOnly("event_key_invalid", "nested_too_deep");
    }

    @Test
    void aMessageThatJqCannotReadHoldsUpNoOther() throws Exception {
        create(
                "shaped",
                Map.of(),
                List.of(
                        step("transform", "jq-transform-action", Map.of("expression", ".")),
                        waiting("shaped"),
                        lake("shaped")));
        publish(
                "shaped",
                0,
                "{\"id\": " + "7".repeat(1_100) + "}",
                "{\"id\": 5, \"deep\": " + nested(1_500) + "}",
                "{\"id\": 7}");
        caravan.operation("start", Map.of("pipeline", "shaped"));

        awaitEvent("shaped:7", "waiting");
        awaitLetters("shaped", 2);
        assertThat(letters("shaped"))
                .extracting(letter -> letter.path("reason").asText())
                .containsExactlyInAnyOrder("step_failed", "nested_too_deep");
    }

    @Test
    void aSignalWhoseKeyCannotBeMadeHoldsUpNoOther() throws Exception {
        caravan.bean(Topics.class).ensure("told", 1);
        create("telling", Map.of("topic", "told", "key", "telling:{id}"), List.of(waiting("telling"), lake("telling")));
        publish(
                "told",
                0,
                "{\"id\": 1e400}",
                "{\"id\": 1e999999999}",
                "{\"id\": 1e99999999999}",
                "{\"id\": -2.5e-999999999}",
                "{\"id\": " + "7".repeat(1_100) + "}",
                "{\"id\": 6, \"deep\": " + nested(2_500) + "}",
                "{\"id\": 7}");
        caravan.operation("start", Map.of("pipeline", "telling"));
        publish("telling", 0, "{\"id\": 7}", "{\"id\": 1e999999999}");

        awaitEvent("telling:7", "received");
        awaitEvent("telling:1E%2B999999999", "received");
    }

    @Test
    void anEventStandsInPlaceOfWhatTheMessageHadInItsField() throws Exception {
        create(
                "placed",
                Map.of(),
                List.of(
                        waiting("placed"),
                        step(
                                "transform",
                                "sql-transform-action",
                                Map.of("query", "SELECT id, CAST(signal AS VARCHAR) AS signal FROM events")),
                        lake("placed")));
        caravan.operation("start", Map.of("pipeline", "placed"));
        publish(
                "placed",
                0,
                "{\"id\": 1}",
                "{\"signal\": {\"paid\": 0}, \"id\": 2}",
                "{ \"id\": 3, \"s\\u0069gnal\": \"mine\" }");
        for (int id = 1; id <= 3; id++) {
            awaitEvent("placed:" + id, "waiting");
            call("POST", "/v1/events/placed:" + id + "/send", "{\"payload\": {\"paid\": " + id + "}}");
        }

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(caravan.rows("placed", "id, signal"))
                .extracting(row -> row.get(1))
                .containsExactlyInAnyOrder("{\"paid\":1}", "{\"paid\":2}", "{\"paid\":3}"));
    }

    @Test
    void signalsThatCameTogetherWithOneThatFailedAreTakenAsWell() throws Exception {
        caravan.bean(Topics.class).ensure("failing", 4);
        create(
                "unlucky",
                Map.of("topic", "failing", "key", "unlucky:{id}"),
                List.of(waiting("unlucky"), lake("unlucky")));
        for (int partition = 0; partition < 4; partition++) {
            publish("failing", partition, "{\"id\": " + partition + "}");
        }
        JdbcClient jdbc = caravan.bean(JdbcClient.class);
        // the first look at this topic fails, whichever partition it is for; so a sequence, which no rollback sets back
        jdbc.sql("CREATE SEQUENCE looks").update();
        jdbc.sql("""
                CREATE FUNCTION fail_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.topic = 'failing' AND nextval('looks') = 1 THEN RAISE EXCEPTION 'once'; END IF;
                    RETURN NEW;
                END $$""").update();
        jdbc.sql(
                        "CREATE TRIGGER fail_first BEFORE INSERT ON signal_position FOR EACH ROW EXECUTE FUNCTION fail_first()")
                .update();
        try {
            caravan.operation("start", Map.of("pipeline", "unlucky"));
            await("all four are kept")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> jdbc.sql("SELECT count(*) FROM wait WHERE event_key LIKE 'unlucky:%'")
                                    .query(Integer.class)
                                    .single()
                            == 4);
            assertThat(jdbc.sql("SELECT last_value FROM looks")
                            .query(Integer.class)
                            .single())
                    .isGreaterThan(4);
        } finally {
            jdbc.sql("DROP TRIGGER fail_first ON signal_position").update();
            jdbc.sql("DROP FUNCTION fail_first").update();
            jdbc.sql("DROP SEQUENCE looks").update();
        }
    }
}
