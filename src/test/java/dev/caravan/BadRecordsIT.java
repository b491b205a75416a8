package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.testing.RunningCaravan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is wrong in a topic, in every way there is: it becomes dead letters with its own bytes, and the good messages arrive. */
class BadRecordsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TEN_MB = 10_000_000;
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
    void everyBadMessageIsADeadLetterWithItsBytesAndTheOthersArrive() throws Exception {
        Map<byte[], String> bad = new LinkedHashMap<>();
        bad.put(utf8("{\"id\": 1"), "malformed_json");
        bad.put(utf8("{\"id\": 1} {\"id\": 2}"), "malformed_json");
        bad.put(latin1("{\"id\": 1, \"text\": \"\u00ff\"}"), "invalid_utf8");
        bad.put(utf8(""), "blank");
        bad.put(utf8("[{\"id\": 1}]"), "not_an_object");
        bad.put(utf8("{\"id\": \"one\"}"), "wrong_type");
        bad.put(utf8("{\"id\": 99999999999999999999}"), "out_of_range");
        bad.put(utf8("{\"id\": 1, \"small\": 300}"), "out_of_range");
        bad.put(utf8("{\"id\": 1, \"text\": " + "[".repeat(1_000) + "]".repeat(1_000) + "}"), "nested_too_deep");
        bad.put(utf8("{\"id\": 1, \"text\": \"" + "x".repeat(TEN_MB) + "\"}"), "too_large");

        run(
                "bad",
                Map.of("id", "BIGINT", "small", "TINYINT", "text", "VARCHAR"),
                "SELECT id, small, text FROM events",
                bad);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(caravan.rows("bad", "id, text"))
                .containsExactly(List.of(-2L, "last"), List.of(-1L, "first")));
        List<JsonNode> letters = letters("bad", bad.size() + 1);
        JsonNode tombstone = letters.get(bad.size());
        assertThat(tombstone.path("reason").asText()).isEqualTo("tombstone");
        assertThat(tombstone.path("value").isNull()).isTrue();
        int at = 0;
        for (Map.Entry<byte[], String> each : bad.entrySet()) {
            JsonNode letter = letters.get(at++);
            assertThat(letter.path("reason").asText()).isEqualTo(each.getValue());
            assertThat(letter.path("detail").asText()).isNotBlank().hasSizeLessThan(1_000);
            assertThat(letter.path("offset").asLong()).isEqualTo(at);
            assertThat(bytes(letter.path("value"))).isEqualTo(each.getKey());
        }
        JsonNode equation =
                caravan.operation("monitor", Map.of("pipeline", "bad")).path("equation");
        assertThat(equation.path("rows_dead").asInt()).isEqualTo(bad.size() + 1);
        assertThat(equation.path("holds").asBoolean()).isTrue();
    }

    @Test
    void anErrorOfTheQueryTakesOnlyTheMessagesThatItIsAbout() throws Exception {
        Map<byte[], String> bad = new LinkedHashMap<>();
        bad.put(utf8("{\"id\": 1, \"text\": \"many\"}"), "sql_error");
        run("casting", Map.of("id", "BIGINT", "text", "VARCHAR"), """
                SELECT id, CAST(CASE text WHEN 'first' THEN '1' WHEN 'last' THEN '2' ELSE text END AS INTEGER) AS n
                FROM events""", bad);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(caravan.rows("casting", "id, n"))
                .containsExactly(List.of(-2L, 2), List.of(-1L, 1)));
        JsonNode letter = letters("casting", 2).get(0);
        assertThat(letter.path("reason").asText()).isEqualTo("sql_error");
        assertThat(letter.path("step").asText()).isEqualTo("query");
        assertThat(letter.path("detail").asText()).contains("many");
    }

    /** The schema is that of the first batch, and stays so: what comes later is measured by it. */
    @Test
    void aSchemaThatNobodyDeclaredIsThatOfTheFirstBatch() throws Exception {
        caravan.operation("create", document("drift", Map.of(), "SELECT * FROM events"));
        publish("drift", List.of(utf8("{\"id\": 1, \"text\": \"a\"}")));
        caravan.operation("start", Map.of("pipeline", "drift"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(caravan.rows("drift", "id, text"))
                .containsExactly(List.of(1L, "a")));
        caravan.operation("stop", Map.of("pipeline", "drift"));
        publish("drift", List.of(utf8("{\"id\": 2, \"new\": true}"), utf8("{\"id\": \"three\", \"text\": \"c\"}")));
        caravan.operation("start", Map.of("pipeline", "drift"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<List<Object>> rows = caravan.rows("drift", "*");
            assertThat(rows).hasSize(2);
            assertThat(rows.get(1)).containsExactly(2L, null);
        });
        assertThat(letters("drift", 1)).singleElement().satisfies(letter -> {
            assertThat(letter.path("reason").asText()).isEqualTo("wrong_type");
            assertThat(letter.path("detail").asText()).contains("column id", "\"three\"", "BIGINT");
        });
    }

    /** One batch: a good message, those that are given, a tombstone, and another good one. */
    private static void run(String name, Map<String, String> schema, String query, Map<byte[], String> bad)
            throws Exception {
        Map<String, Object> document = new LinkedHashMap<>(document(name, schema, query));
        document.put(
                "options",
                Map.of("event", name + "-topic", "batch", Map.of("max_events", bad.size() + 3, "max_interval", "1h")));
        caravan.operation("create", document);
        List<byte[]> values = new ArrayList<>(List.of(utf8("{\"id\": -1, \"text\": \"first\"}")));
        values.addAll(bad.keySet());
        values.add(null);
        values.add(utf8("{\"id\": -2, \"text\": \"last\"}"));
        publish(name, values);
        caravan.operation("start", Map.of("pipeline", name));
    }

    private static void publish(String name, List<byte[]> values) throws Exception {
        Map<String, Object> settings = caravan.bean(KafkaConnection.class)
                .with(Map.of("max.request.size", 2 * TEN_MB, "buffer.memory", 8 * TEN_MB));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] value : values) {
                producer.send(new ProducerRecord<>(name + "-topic", 0, null, value))
                        .get();
            }
        }
    }

    private static Map<String, Object> document(String name, Map<String, String> schema, String query) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", name);
        document.put("options", Map.of("event", name + "-topic", "batch", Map.of("max_interval", "3s")));
        if (!schema.isEmpty()) {
            document.put("schema", schema);
        }
        document.put(
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
                                Map.of("bucket", "lake", "prefix", name))));
        return document;
    }

    /** In the order of their offsets; they are there with the commit, a moment later than the rows. */
    private static List<JsonNode> letters(String name, int count) {
        List<JsonNode> letters = new ArrayList<>();
        await().atMost(PATIENCE).untilAsserted(() -> {
            letters.clear();
            caravan.operation("dead_letters", Map.of("pipeline", name))
                    .path("items")
                    .forEach(letter -> letters.add(0, letter));
            assertThat(letters).hasSize(count);
        });
        return letters;
    }

    private static byte[] bytes(JsonNode value) {
        String data = value.path("data").asText();
        return value.path("encoding").asText().equals("base64")
                ? Base64.getDecoder().decode(data)
                : utf8(data);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
