package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One message through the tour, from `ingest` to a Parquet file that DuckDB opens. */
class JourneyIT {
    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.firstStart();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    @Test
    void messagesBecomeRowsOfAParquetFile() throws Exception {
        caravan.operation(
                "create",
                document("clicks", "SELECT user_id, lower(page) AS page, _offset FROM events WHERE ms > 100"));
        assertThat(caravan.operation("start", Map.of("pipeline", "clicks"))
                        .path("status")
                        .asText())
                .isEqualTo("running");

        JsonNode accepted = caravan.operation(
                "ingest",
                Map.of(
                        "pipeline",
                        "clicks",
                        "events",
                        List.of(
                                Map.of("user_id", 1, "page", "/Home", "ms", 250),
                                Map.of("user_id", 2, "page", "/Cart", "ms", 90),
                                Map.of("user_id", 3, "page", "/Pay", "ms", 1200))));
        assertThat(accepted.path("accepted").asInt()).isEqualTo(3);

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows("clicks")).containsExactlyInAnyOrder("1 /home", "3 /pay"));

        JsonNode monitor = caravan.operation("monitor", Map.of("pipeline", "clicks"));
        assertThat(monitor.path("status").asText()).isEqualTo("running");
        JsonNode stopped = caravan.operation("stop", Map.of("pipeline", "clicks"));
        assertThat(stopped.path("status").asText()).isEqualTo("stopped");
        caravan.operation("delete", Map.of("pipeline", "clicks"));
        assertThat(caravan.post("get", Map.of("pipeline", "clicks")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aStopFlushesWhatIsOpen() throws Exception {
        Map<String, Object> document = document("slow", "SELECT user_id, page FROM events");
        ((Map<String, Object>) document.get("options")).put("batch", Map.of("max_interval", "1h"));
        caravan.operation("create", document);
        caravan.operation("start", Map.of("pipeline", "slow"));
        caravan.operation("ingest", Map.of("pipeline", "slow", "event", Map.of("user_id", 7, "page", "/x", "ms", 1)));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            caravan.operation("pause", Map.of("pipeline", "slow"));
            caravan.operation("resume", Map.of("pipeline", "slow"));
            caravan.operation("stop", Map.of("pipeline", "slow"));
            List<String> rows = rows("slow");
            if (rows.isEmpty()) {
                caravan.operation("start", Map.of("pipeline", "slow"));
            }
            assertThat(rows).containsExactly("7 /x");
        });
    }

    private static Map<String, Object> document(String name, String query) {
        Map<String, Object> options = new java.util.HashMap<>();
        options.put("batch", Map.of("max_interval", "500ms"));
        return new java.util.HashMap<>(Map.of(
                "name",
                name,
                "options",
                options,
                "schema",
                Map.of("user_id", "BIGINT", "page", "VARCHAR", "ms", "DOUBLE"),
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

    private static List<String> rows(String prefix) throws Exception {
        return caravan.rows(prefix, "user_id, page").stream()
                .map(row -> row.get(0) + " " + row.get(1))
                .toList();
    }
}
