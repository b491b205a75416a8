package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the steps make of messages, without a trace. */
class PreviewIT {
    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        caravan.operation("create", document("seen"));
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    private static Map<String, Object> document(String name) {
        return Map.of(
                "name",
                name,
                "steps",
                List.of(
                        step(
                                "shape",
                                "jq-transform-action",
                                Map.of("expression", "select(.n > 1) | {n, text: (.text | tonumber)}")),
                        step(
                                "query",
                                "sql-transform-action",
                                Map.of("query", "SELECT n * 2 AS double, text FROM events WHERE n < 5")),
                        step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", name))));
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static final List<Object> MESSAGES = List.of(
            Map.of("n", 1, "text", "1"),
            Map.of("n", 2, "text", "2"),
            Map.of("n", 3, "text", "three"),
            "no json",
            Map.of("n", 7, "text", "7"));

    @Test
    void everyStepShowsItsRowsAndWhatItRefuses() throws Exception {
        JsonNode shown = preview(Map.of("pipeline", "seen", "messages", MESSAGES));
        assertThat(shown.path("messages").asInt()).isEqualTo(5);
        assertThat(shown.path("error").isNull()).as(shown.toString()).isTrue();
        JsonNode steps = shown.path("steps");
        assertThat(steps).extracting(step -> step.path("name").asText()).containsExactly("messages", "shape", "query");
        assertThat(steps).extracting(step -> step.path("rows_out").asInt()).containsExactly(4, 2, 1);
        assertThat(steps).extracting(step -> step.path("dead").asInt()).containsExactly(1, 1, 0);
        assertThat(steps).extracting(step -> step.path("filtered").asInt()).containsExactly(0, 1, 1);
        assertThat(steps.path(0).at("/dead_messages/0/offset").asInt()).isEqualTo(3);
        assertThat(steps.path(1).at("/dead_messages/0/reason").asText()).isEqualTo("step_failed");
        assertThat(steps.path(2).path("columns"))
                .extracting(column -> column.path("name").asText())
                .containsExactly("double", "text");
        assertThat(steps.path(2).at("/rows/0/double").asInt()).isEqualTo(4);
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        String before = traces();
        preview(Map.of("pipeline", "seen", "messages", MESSAGES));
        preview(Map.of("document", document("unknown"), "messages", MESSAGES));
        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void anotherQueryIsShownBeforeItIsStored() throws Exception {
        JsonNode shown =
                preview(Map.of("pipeline", "seen", "sql", "SELECT count(*) AS rows FROM events", "messages", MESSAGES));
        assertThat(shown.path("steps").path(2).at("/rows/0/rows").asInt()).isEqualTo(2);
        assertThat(caravan.operation("get", Map.of("pipeline", "seen"))
                        .path("version")
                        .asInt())
                .isEqualTo(1);
        assertThat(caravan.post("preview", Map.of("pipeline", "seen", "sql", "SELEC", "messages", MESSAGES))
                        .statusCode())
                .isEqualTo(400);
        assertThat(caravan.post("preview", Map.of("messages", MESSAGES)).statusCode())
                .isEqualTo(400);
        JsonNode failing =
                preview(Map.of("pipeline", "seen", "sql", "SELECT nothing FROM events", "messages", MESSAGES));
        assertThat(failing.at("/error/reason").asText()).isEqualTo("sql_error");
        assertThat(failing.path("steps")).hasSize(2);
    }

    /** More often than there are places for previews. */
    @Test
    void aStepThatWouldNotEndIsGivenUpForEachMessage() throws Exception {
        List<Map<String, Object>> steps = List.of(
                step("shape", "jq-transform-action", Map.of("expression", "{n: last(range(infinite))}")),
                step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", "endless")));
        for (int i = 0; i < 3; i++) {
            JsonNode shown = preview(Map.of("pipeline", "seen", "steps", steps, "messages", List.of(Map.of("n", 1))));
            JsonNode shape = shown.path("steps").path(1);
            assertThat(shape.path("dead").asInt()).as(shown.toString()).isEqualTo(1);
            assertThat(shape.at("/dead_messages/0/reason").asText()).isEqualTo("step_failed");
            assertThat(shape.toString()).contains("takes more than 1000000 steps");
        }
    }

    @Test
    void theLatestMessagesOfTheTopicAreShownWithTheirOffsets() throws Exception {
        caravan.operation("create", document("fed"));
        List<Map<String, Object>> events = Stream.iterate(0, n -> n + 1)
                .limit(50)
                .map(n -> Map.<String, Object>of("n", n, "text", "" + n))
                .toList();
        caravan.operation("ingest", Map.of("pipeline", "fed", "events", events));
        JsonNode shown =
                preview(Map.of("pipeline", "fed", "sql", "SELECT n, _offset FROM events", "latest", 20, "limit", 7));
        assertThat(shown.path("messages").asInt()).isEqualTo(20);
        assertThat(shown.path("steps").path(0).path("rows_out").asInt()).isEqualTo(20);
        assertThat(shown.path("steps").path(0).path("rows")).hasSize(7);
        assertThat(caravan.operation("monitor", Map.of("pipeline", "fed"))
                        .at("/total/messages_in")
                        .asInt())
                .isZero();
    }

    private static JsonNode preview(Map<String, Object> parameters) throws Exception {
        return caravan.operation("preview", new HashMap<>(parameters));
    }

    private static String traces() throws IOException {
        JdbcClient jdbc = JdbcClient.create(caravan.bean(javax.sql.DataSource.class));
        StringBuilder traces = new StringBuilder();
        for (String table :
                List.of("pipeline", "pipeline_schema", "pipeline_file", "pipeline_partition", "dead_letter")) {
            traces.append(jdbc.sql("select count(*) from " + table)
                            .query(Long.class)
                            .single())
                    .append(' ');
        }
        CamelContext camel = caravan.bean(CamelContext.class);
        traces.append(camel.getRoutes().size())
                .append(' ')
                .append(camel.getEndpoints().size());
        for (String directory : List.of("spool", "s3")) {
            try (Stream<Path> files = Files.walk(caravan.data().resolve(directory))) {
                traces.append('\n').append(files.sorted().toList());
            }
        }
        return traces.toString();
    }
}
