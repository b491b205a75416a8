package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the log of a pipeline tells. */
class LogsIT {
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
    void theLifeOfAPipelineIsTold() throws Exception {
        Map<String, Object> sink =
                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", "told"));
        caravan.operation(
                "create",
                Map.of(
                        "name",
                        "told",
                        "options",
                        Map.of("batch", Map.of("max_interval", "500ms")),
                        "steps",
                        List.of(sink)));
        caravan.operation("start", Map.of("pipeline", "told"));
        caravan.operation("ingest", Map.of("pipeline", "told", "event", Map.of("n", 1)));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> messages("told", "info").toString().contains("wrote 1 rows"));
        caravan.operation("pause", Map.of("pipeline", "told"));
        caravan.operation("resume", Map.of("pipeline", "told"));
        caravan.operation("stop", Map.of("pipeline", "told"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> messages("told", "info").contains("stopped"));
        List<String> told = messages("told", "info");
        List<String> oldestFirst = new ArrayList<>(told);
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
}
