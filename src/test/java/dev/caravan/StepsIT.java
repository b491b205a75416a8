package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** jq, a Kamelet for single messages and SQL one after another, and what becomes of messages that they refuse. */
class StepsIT {
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
    void jqASingleMessageKameletAndSqlWorkInOnePipeline() throws Exception {
        create(
                "mixed",
                List.of(
                        step(
                                "shape",
                                "jq-transform-action",
                                Map.of("expression", "{id: .order.id, total: (.order.qty * .order.price)}")),
                        step("tag", "insert-field-action", Map.of("field", "origin", "value", "shop")),
                        step(
                                "dear",
                                "sql-transform-action",
                                Map.of(
                                        "query",
                                        "SELECT id, total, origin, _offset IS NOT NULL AS known FROM events WHERE total > 5"))));
        ingestAndStart(
                "mixed",
                Map.of("order", Map.of("id", 1, "qty", 2, "price", 10)),
                Map.of("order", Map.of("id", 2, "qty", 1, "price", 1)),
                Map.of("order", Map.of("id", 3, "qty", 3, "price", 4)));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(rows("mixed", "id, total, origin, known"))
                .containsExactlyInAnyOrder("[1, 20, shop, true]", "[3, 12, shop, true]"));
    }

    @Test
    void eachSingleMessageKameletHasColumnsOfItsOwn() throws Exception {
        create(
                "twice",
                List.of(
                        step("first", "insert-field-action", Map.of("field", "shop", "value", "north")),
                        step("second", "insert-field-action", Map.of("field", "till", "value", "three"))));
        ingestAndStart("twice", Map.of("id", 1), Map.of("id", 2));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(rows("twice", "id, shop, till"))
                .containsExactlyInAnyOrder("[1, north, three]", "[2, north, three]"));
    }

    @Test
    void aMessageThatJqRefusesIsADeadLetterAndTheOthersArrive() throws Exception {
        create(
                "refusing",
                List.of(step("shape", "jq-transform-action", Map.of("expression", "{id: (.id | tonumber)}"))));
        ingestAndStart("refusing", Map.of("id", "1"), Map.of("id", "one"), Map.of("id", "3"));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(rows("refusing", "id")).containsExactlyInAnyOrder("[1]", "[3]");
            JsonNode dead = caravan.operation("dead_letters", Map.of("pipeline", "refusing"))
                    .path("items");
            assertThat(dead).hasSize(1);
            assertThat(dead.get(0).path("reason").asText()).isEqualTo("step_failed");
            assertThat(dead.get(0).path("step").asText()).isEqualTo("shape");
        });
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static void create(String name, List<Map<String, Object>> steps) throws Exception {
        List<Map<String, Object>> all = new ArrayList<>(steps);
        all.add(step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", name)));
        caravan.operation(
                "create",
                Map.of("name", name, "options", Map.of("batch", Map.of("max_interval", "200ms")), "steps", all));
    }

    /** What is there before the start is read at once and is one batch, so that bad messages have good ones beside them. */
    @SafeVarargs
    private static void ingestAndStart(String name, Map<String, Object>... events) throws Exception {
        JsonNode answer = caravan.operation("ingest", Map.of("pipeline", name, "events", List.of(events)));
        assertThat(answer.path("accepted").asInt()).isEqualTo(events.length);
        caravan.operation("start", Map.of("pipeline", name));
    }

    private static List<String> rows(String prefix, String columns) throws Exception {
        return caravan.rows(prefix, columns).stream().map(List::toString).toList();
    }
}
