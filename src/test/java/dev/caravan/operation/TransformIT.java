package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The query changes while messages flow: which version has processed which offset. */
class TransformIT {
    private static final int CHANGES = 50;
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

    /** Every row carries its offset and the number that the query of its version writes. */
    private record Row(int partition, long offset, int version) {}

    @Test
    void everyOffsetIsProcessedOnceByTheVersionOfItsRangeWhileTheQueryChangesFiftyTimes() throws Exception {
        create("changing", query(1), "100ms");
        caravan.operation("start", Map.of("pipeline", "changing"));
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send("changing", sent, enough));
        Map<Integer, JsonNode> switchedAt = new TreeMap<>();
        for (int version = 2; version <= CHANGES + 1; version++) {
            JsonNode answer = transform("changing", Map.of("sql", query(version)));
            assertThat(answer.path("version").asInt()).isEqualTo(version);
            assertThat(answer.path("replicas").path(0).path("version").asInt()).isEqualTo(version);
            switchedAt.put(version, answer.path("switched_at").path("partitions"));
            awaitFileOf("changing", version);
        }
        enough.set(true);
        sending.join();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> caravan.operation("monitor", Map.of("pipeline", "changing"))
                                .at("/total/messages_in")
                                .asInt()
                        == sent.get());
        caravan.operation("stop", Map.of("pipeline", "changing"));

        List<Row> rows = rows("changing");
        assertThat(rows).hasSize(sent.get()).doesNotHaveDuplicates();
        assertThat(rows.stream()
                        .map(row -> row.partition() + ":" + row.offset())
                        .distinct())
                .hasSize(sent.get());
        assertThat(rows.stream().map(Row::version).distinct()).hasSizeGreaterThanOrEqualTo(CHANGES);
        assertThat(mismatches(rows, files("changing"))).isEmpty();
        switchedAt.forEach((version, partitions) -> partitions.forEach(start -> assertThat(rows.stream()
                        .filter(row ->
                                row.partition() == start.path("partition").asInt()))
                .as("version %s from %s on", version, start)
                .allMatch(row -> (row.offset() >= start.path("offset").asLong()) == (row.version() >= version))));
        assertThat(processed("changing")).isEqualTo(sent.get());
    }

    @Test
    void aStoppedPipelineStartsWithItsNewVersionAndGoesBackWithAnother() throws Exception {
        create("stopped", query(1), "200ms");
        ingest("stopped", 10);
        caravan.operation("start", Map.of("pipeline", "stopped"));
        await().atMost(Duration.ofSeconds(60)).until(() -> rows("stopped").size() == 10);
        caravan.operation("stop", Map.of("pipeline", "stopped"));
        assertThat(transform("stopped", Map.of("sql", query(2))).path("status").asText())
                .isEqualTo("stopped");
        JsonNode back = transform("stopped", Map.of("version", 1));
        assertThat(back.path("version").asInt()).isEqualTo(3);
        assertThat(back.path("switched_at").path("partitions")).isNotEmpty();
        ingest("stopped", 10);
        caravan.operation("start", Map.of("pipeline", "stopped"));
        await().atMost(Duration.ofSeconds(60)).until(() -> rows("stopped").size() == 20);
        caravan.operation("stop", Map.of("pipeline", "stopped"));
        assertThat(rows("stopped")).extracting(Row::version).containsOnly(1);
        JsonNode versions =
                caravan.operation("versions", Map.of("pipeline", "stopped")).path("items");
        assertThat(versions).extracting(each -> each.path("version").asInt()).containsExactly(3, 2, 1);
        assertThat(versions)
                .extracting(each -> each.path("current").asBoolean())
                .containsExactly(true, false, false);
        assertThat(versions.path(1).path("processed")).isEmpty();
        assertThat(versions.path(2).at("/document/steps/0/properties/query").asText())
                .isEqualTo(query(1));
        assertThat(processed("stopped")).isEqualTo(20);
    }

    @Test
    void aPausedPipelineGoesOnWithItsNewVersion() throws Exception {
        create("waiting", query(1), "1h");
        caravan.operation("start", Map.of("pipeline", "waiting"));
        ingest("waiting", 5);
        caravan.operation("pause", Map.of("pipeline", "waiting"));
        assertThat(transform("waiting", Map.of("sql", query(2))).path("status").asText())
                .isEqualTo("paused");
        caravan.operation("resume", Map.of("pipeline", "waiting"));
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            caravan.operation("monitor", Map.of("pipeline", "waiting"));
            return caravan.operation("get", Map.of("pipeline", "waiting"))
                    .path("status")
                    .asText()
                    .equals("running");
        });
        ingest("waiting", 5);
        transform("waiting", Map.of("sql", query(3)));
        flush("waiting", 10);
        assertThat(rows("waiting")).hasSize(10).extracting(Row::version).containsOnly(3);
    }

    @Test
    void whatDoesNotCompileChangesNothing() throws Exception {
        create("kept", query(1), "200ms");
        refused(Map.of("pipeline", "kept", "sql", "SELECT nothing FROM events"), "pipeline.invalid");
        refused(Map.of("pipeline", "kept", "sql", "DROP TABLE x"), "pipeline.invalid");
        refused(Map.of("pipeline", "kept", "sql", query(2), "step", "lake"), "pipeline.invalid");
        refused(Map.of("pipeline", "kept", "version", 7), "pipeline.version_not_found");
        refused(Map.of("pipeline", "kept", "version", 1, "sql", query(2)), "web.invalid_fields");
        refused(Map.of("pipeline", "kept"), "web.invalid_fields");
        assertThat(transform("kept", Map.of("sql", query(1))).path("version").asInt())
                .isEqualTo(1);
        assertThat(caravan.operation("versions", Map.of("pipeline", "kept")).path("items"))
                .hasSize(1);
    }

    @Test
    void otherStepsAndColumnsAreOneNewVersion() throws Exception {
        create("columns", query(1), "200ms");
        caravan.operation("start", Map.of("pipeline", "columns"));
        ingest("columns", 3);
        await().atMost(Duration.ofSeconds(60)).until(() -> rows("columns").size() == 3);
        List<Map<String, Object>> steps = List.of(
                step("shape", "jq-transform-action", Map.of("expression", "{n: (.n + 1)}")),
                step("query", "sql-transform-action", Map.of("query", query(2))),
                lake("columns"));
        JsonNode answer = transform("columns", Map.of("steps", steps, "schema", Map.of("n", "HUGEINT")));
        assertThat(answer.path("version").asInt()).isEqualTo(2);
        ingest("columns", 3);
        await().atMost(Duration.ofSeconds(60)).until(() -> rows("columns").size() == 6);
        assertThat(rows("columns")).extracting(Row::version).containsExactlyInAnyOrder(1, 1, 1, 2, 2, 2);
    }

    private static void awaitFileOf(String pipeline, int version) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    JsonNode newest = caravan.operation("files", Map.of("pipeline", pipeline, "limit", 4));
                    return newest.path("items").findValuesAsText("version").contains(String.valueOf(version));
                });
    }

    /** Nothing closes a batch but a stop, which reads nothing more, so it may take more than one. */
    private static void flush(String pipeline, int messages) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    caravan.operation("stop", Map.of("pipeline", pipeline));
                    boolean all = rows(pipeline).size() == messages;
                    if (!all) {
                        caravan.operation("start", Map.of("pipeline", pipeline));
                    }
                    return all;
                });
    }

    private static void refused(Map<String, Object> parameters, String reason) throws Exception {
        HttpResponse<String> answer = caravan.post("transform", parameters);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 404);
        assertThat(JSON.readTree(answer.body()).at("/error/details/reason").asText())
                .isEqualTo(reason);
    }

    private static String query(int version) {
        return "SELECT n, _offset, _partition, " + version + " AS version FROM events";
    }

    private static JsonNode transform(String pipeline, Map<String, Object> change) throws Exception {
        Map<String, Object> parameters = new TreeMap<>(change);
        parameters.put("pipeline", pipeline);
        return caravan.operation("transform", parameters);
    }

    private static void create(String name, String query, String interval) throws Exception {
        caravan.operation(
                "create",
                Map.of(
                        "name", name,
                        "options", Map.of("batch", Map.of("max_interval", interval)),
                        "schema", Map.of("n", "BIGINT"),
                        "steps", List.of(step("query", "sql-transform-action", Map.of("query", query)), lake(name))));
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }

    private static Map<String, Object> lake(String prefix) {
        return step("lake", "s3-sink", Map.of("bucket", "lake", "prefix", prefix));
    }

    private static void ingest(String pipeline, int count) throws Exception {
        List<Map<String, Object>> events = IntStream.range(0, count)
                .mapToObj(n -> Map.<String, Object>of("n", n))
                .toList();
        JsonNode answer = caravan.operation("ingest", Map.of("pipeline", pipeline, "events", events));
        assertThat(answer.path("accepted").asInt()).isEqualTo(count);
    }

    private static void send(String pipeline, AtomicInteger sent, AtomicBoolean enough) {
        try {
            while (!enough.get()) {
                ingest(pipeline, 50);
                sent.addAndGet(50);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> files(String pipeline) throws Exception {
        List<JsonNode> files = new ArrayList<>();
        Map<String, Object> parameters = new TreeMap<>(Map.of("pipeline", pipeline, "limit", 1000));
        JsonNode page;
        do {
            page = caravan.operation("files", parameters);
            page.path("items").forEach(files::add);
            parameters.put("cursor", page.path("next_cursor").asText());
        } while (!page.path("next_cursor").isNull());
        return files;
    }

    /** Rows whose version is not that of the ledger for their offset. */
    private static List<Row> mismatches(List<Row> rows, List<JsonNode> files) {
        return rows.stream()
                .filter(row -> files.stream()
                                .filter(file -> file.path("partition").asInt() == row.partition()
                                        && file.path("first_offset").asLong() <= row.offset()
                                        && row.offset()
                                                <= file.path("last_offset").asLong()
                                        && file.path("version").asInt() == row.version())
                                .count()
                        != 1)
                .toList();
    }

    /** Offsets that {@code versions} accounts for, with a look at the end of what goes on. */
    private static long processed(String pipeline) throws Exception {
        Map<Integer, Long> ends = new TreeMap<>();
        for (JsonNode lag :
                caravan.operation("monitor", Map.of("pipeline", pipeline)).at("/lag/partitions")) {
            ends.put(lag.path("partition").asInt(), lag.path("end").asLong());
        }
        long sum = 0;
        for (JsonNode version : caravan.operation("versions", Map.of("pipeline", pipeline, "limit", 1000))
                .path("items")) {
            for (JsonNode range : version.path("processed")) {
                long last = range.path("last_offset").isNull()
                        ? ends.get(range.path("partition").asInt()) - 1
                        : range.path("last_offset").asLong();
                sum += last - range.path("first_offset").asLong() + 1;
            }
        }
        return sum;
    }

    private static List<Row> rows(String prefix) throws SQLException {
        return caravan.rows(prefix, "_partition, _offset, version").stream()
                .map(row -> new Row((int) row.get(0), (long) row.get(1), (int) row.get(2)))
                .toList();
    }
}
