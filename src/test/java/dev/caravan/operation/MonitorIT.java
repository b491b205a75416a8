package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Figures of a pipeline, and its answer under an idempotency key, over a restart of the program. */
class MonitorIT {
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

    @Test
    void figuresComeFromWhatIsCommittedAndSurviveARestart() throws Exception {
        HttpResponse<String> created = createOnce("watched");
        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(keptInPlainSight("watched"))
                .as("of its idempotency key or answer")
                .isEmpty();
        caravan.operation("start", Map.of("pipeline", "watched"));
        ingest("watched", 11, 3, 12);
        JsonNode before = awaitIn("watched", 3);
        assertThat(before.at("/total/messages_out").asInt()).isEqualTo(2);
        assertThat(before.at("/total/messages_filtered").asInt()).isEqualTo(1);
        assertThat(before.at("/total/rows_written").asInt()).isEqualTo(2);
        assertThat(before.at("/total/bytes_in").asInt()).isEqualTo("{\"n\":11}{\"n\":3}{\"n\":12}".length());
        assertThat(before.at("/window/messages_in_per_second").asDouble()).isEqualTo(3 / 3600.0);
        assertThat(before.at("/window/errors").asInt()).isZero();
        assertThat(before.at("/latency/p99_ms").asLong()).isPositive();
        assertThat(before.at("/lag/messages").asInt()).isZero();
        assertThat(before.at("/lag/seconds").asDouble()).isZero();
        assertThat(before.at("/equation/holds").asBoolean()).isTrue();

        caravan = caravan.restart();

        HttpResponse<String> again = createOnce("watched");
        assertThat(again.body()).as("under its idempotency key").isEqualTo(created.body());
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        JsonNode after = monitor("watched");
        assertThat(after.path("total")).isEqualTo(before.path("total"));
        assertThat(after.path("equation")).isEqualTo(before.path("equation"));
        assertThat(after.path("latency")).isEqualTo(before.path("latency"));
        ingest("watched", 13);
        assertThat(awaitIn("watched", 4).at("/total/messages_out").asInt()).isEqualTo(3);
    }

    @Test
    void whatIsNotReadYetIsTheLagWithItsAge() throws Exception {
        create("behind");
        ingest("behind", 1, 2);

        Awaitility.await().until(() -> monitor("behind").at("/lag/seconds").asDouble(), seconds -> seconds > 0.5);
        assertThat(monitor("behind").at("/lag/messages").asInt()).isEqualTo(2);
        assertThat(monitor("behind").at("/latency").isNull()).isTrue();
    }

    private static void create(String name) throws Exception {
        caravan.operation("create", document(name));
    }

    private static HttpResponse<String> createOnce(String name) throws Exception {
        String body = JSON.writeValueAsString(Map.of("operation", "create", "parameters", document(name)));
        return caravan.send(caravan.request("/pipeline")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "create-" + name)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** What an answer has may be a key that is shown once. */
    private static List<String> keptInPlainSight(String text) {
        List<String> kept = JdbcClient.create(caravan.bean(javax.sql.DataSource.class))
                .sql("SELECT key || ' ' || encode(answer, 'escape') FROM idempotent_request WHERE answer IS NOT NULL")
                .query(String.class)
                .list();
        assertThat(kept).isNotEmpty();
        return kept.stream().filter(row -> row.contains(text)).toList();
    }

    private static Map<String, Object> document(String name) {
        Map<String, Object> query = Map.of("query", "SELECT n FROM events WHERE n > 10");
        return Map.of(
                "name",
                name,
                "options",
                Map.of("batch", Map.of("max_interval", "200ms")),
                "schema",
                Map.of("n", "BIGINT"),
                "steps",
                List.of(
                        Map.of("name", "big", "kamelet", "sql-transform-action", "properties", query),
                        Map.of(
                                "name",
                                "lake",
                                "kamelet",
                                "s3-sink",
                                "properties",
                                Map.of("bucket", "lake", "prefix", name))));
    }

    private static void ingest(String name, int... numbers) throws Exception {
        List<Map<String, Integer>> events = java.util.Arrays.stream(numbers)
                .mapToObj(number -> Map.of("n", number))
                .toList();
        caravan.operation("ingest", Map.of("pipeline", name, "events", events));
    }

    private static JsonNode awaitIn(String name, int messages) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> monitor(name),
                        seen -> seen.at("/total/messages_in").asInt() == messages);
    }

    private static JsonNode monitor(String name) throws Exception {
        return caravan.operation("monitor", Map.of("pipeline", name, "window", 3600));
    }
}
