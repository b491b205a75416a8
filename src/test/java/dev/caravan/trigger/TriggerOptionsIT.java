package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.Servers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a trigger runs its pipeline, and what the steps can read of a message. */
class TriggerOptionsIT {
    private static TriggerScene scene;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(1);
        producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all")), new StringSerializer(), new StringSerializer());
    }

    @AfterAll
    static void close() throws Exception {
        producer.close();
        scene.close();
    }

    private static void publish(String topic, String value, Map<String, String> headers) throws Exception {
        ProducerRecord<String, String> message = new ProducerRecord<>(topic, 0, null, value);
        headers.forEach((name, text) -> message.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        producer.send(message).get(60, TimeUnit.SECONDS);
    }

    private static Map<Long, JsonNode> rows(String topic, int count) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> TriggerScene.rows(topic).size() >= count);
        Map<Long, JsonNode> rows = new TreeMap<>();
        TriggerScene.rows(topic).forEach(row -> rows.put(row.path("id").asLong(), row));
        return rows;
    }

    @Test
    void withRunMessageTheStepsRunOnceForEachMessage() throws Exception {
        String topic = Servers.newName("single");
        Map<String, Object> options = new LinkedHashMap<>(TriggerScene.options(topic));
        options.put("run", "message");
        String pipeline = scene.create(topic, "SELECT max(id) AS id, count(*) AS n FROM events", options);
        for (int id = 0; id < 5; id++) {
            publish(topic, "{\"id\":" + id + "}", Map.of());
        }
        scene.start(pipeline, "");
        assertThat(rows(topic, 5))
                .hasSize(5)
                .allSatisfy((id, row) -> assertThat(row.path("n").asInt()).isEqualTo(1));
        assertThat(scene.replica(0)
                        .operation("files", Map.of("pipeline", pipeline))
                        .path("items"))
                .hasSize(5)
                .allSatisfy(file -> assertThat(file.path("first_offset")).isEqualTo(file.path("last_offset")));
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    /** The end of the topic counts once, where the ledger has no position; after that nothing is left out. */
    @Test
    void startingFromTheLatestLeavesOutWhatIsThereAndNothingLater() throws Exception {
        String topic = Servers.newName("latest");
        Map<String, Object> options = new LinkedHashMap<>(TriggerScene.options(topic));
        options.put("start_from", "latest");
        String pipeline = scene.create(topic, "SELECT id FROM events", options);
        publish(topic, "{\"id\":1}", Map.of());
        scene.start(pipeline, "");
        scene.awaitReady(pipeline);
        publish(topic, "{\"id\":2}", Map.of());
        assertThat(rows(topic, 1)).containsOnlyKeys(2L);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
        publish(topic, "{\"id\":3}", Map.of());
        scene.start(pipeline, "");
        assertThat(rows(topic, 2)).containsOnlyKeys(2L, 3L);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    @Test
    void cloudEventsAreReadInBothModes() throws Exception {
        String topic = Servers.newName("cloud");
        String columns = "id, _offset, _ce_id, _ce_source, _ce_type, _ce_subject, _ce_time, _ce_datacontenttype";
        String pipeline = scene.create(topic, "SELECT " + columns + " FROM events", TriggerScene.options(topic));
        publish(
                topic,
                "{\"id\": 1}",
                Map.of(
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        "a",
                        "ce_source",
                        "/shop",
                        "ce_type",
                        "order.paid",
                        "ce_time",
                        "2026-01-01T00:00:00Z",
                        "content-type",
                        "application/json"));
        publish(
                topic,
                "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"/shop\",\"type\":\"order.lost\",\"subject\":\"x\\\"y\","
                        + "\"ext\":{\"a\":[1]},\"data\": {\"id\": 2,\n \"deep\":{\"}\":1}} }",
                Map.of("content-type", "application/cloudevents+json; charset=UTF-8"));
        publish(topic, "{\"id\": 3}", Map.of());
        publish(
                topic,
                "{\"specversion\":\"1.0\",\"id\":\"c\",\"source\":\"/shop\",\"type\":\"none\"}",
                Map.of("content-type", "application/cloudevents+json"));
        scene.start(pipeline, "");

        Map<Long, JsonNode> rows = rows(topic, 3);
        assertThat(rows.get(1L).path("_ce_id").asText()).isEqualTo("a");
        assertThat(rows.get(1L).path("_ce_datacontenttype").asText()).isEqualTo("application/json");
        assertThat(rows.get(2L).path("_ce_id").asText()).isEqualTo("b");
        assertThat(rows.get(2L).path("_ce_type").asText()).isEqualTo("order.lost");
        assertThat(rows.get(2L).path("_ce_subject").asText()).isEqualTo("x\"y");
        assertThat(rows.get(2L).path("_offset").asLong()).isEqualTo(1);
        assertThat(List.of(rows.get(3L).path("_ce_id").isNull(), rows.get(3L).has("_ce_id")))
                .containsExactly(true, true);
        await().atMost(Duration.ofSeconds(60)).until(() -> letters(pipeline).size() == 1);
        assertThat(letters(pipeline).path(0).path("reason").asText()).isEqualTo("no_data");
        assertThat(letters(pipeline).path(0).at("/value/data").asText()).contains("\"type\":\"none\"");
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    private static void envelope(String topic, String id, int number) throws Exception {
        publish(
                topic,
                "{\"specversion\":\"1.0\",\"id\":\"" + id
                        + "\",\"source\":\"/shop\",\"type\":\"order.paid\",\"data\":{\"id\":" + number + "}}",
                Map.of("content-type", "application/cloudevents+json"));
    }

    @Test
    void anEnvelopeIsReadTheSameInAPreviewAndWhenItIsReplayed() throws Exception {
        String topic = Servers.newName("replayed");
        String pipeline = scene.create(
                topic, "SELECT CAST(id AS TINYINT) AS id, _ce_id FROM events", TriggerScene.options(topic));
        envelope(topic, "small", 1);
        envelope(topic, "large", 1_000);
        scene.start(pipeline, "");
        rows(topic, 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> letters(pipeline).size() == 1);

        String wide = "SELECT id, _ce_id FROM events";
        JsonNode preview = scene.replica(0)
                .operation("preview", Map.of("pipeline", pipeline, "sql", wide, "latest", 10))
                .path("steps");
        assertThat(preview.get(preview.size() - 1).path("rows"))
                .extracting(row -> row.path("_ce_id").asText())
                .containsExactly("small", "large");
        scene.replica(0).operation("transform", Map.of("pipeline", pipeline, "sql", wide));
        scene.replica(0).operation("replay_dead_letters", Map.of("pipeline", pipeline, "all", true));
        assertThat(rows(topic, 2).get(1_000L).path("_ce_id").asText()).isEqualTo("large");
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    private static JsonNode letters(String pipeline) throws Exception {
        return scene.replica(0)
                .operation("dead_letters", Map.of("pipeline", pipeline))
                .path("items");
    }
}
