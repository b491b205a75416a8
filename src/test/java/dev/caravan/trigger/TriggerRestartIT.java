package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A trigger is started over and over while its topic is published to. */
class TriggerRestartIT {
    private static final int STARTS = Integer.getInteger("starts", 100);
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xFFFFFF);
    private static final int MESSAGES_PER_SECOND = 400;

    private static TriggerScene scene;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(1);
    }

    @AfterAll
    static void close() throws Exception {
        scene.close();
    }

    @Test
    void everyMessageIsProcessedOnceByTheVersionThatWasStarted() throws Exception {
        String name = Servers.newName("restarted");
        String pipeline = scene.create(name, query(1), TriggerScene.options(name));
        scene.replica(0).operation("transform", Map.of("pipeline", pipeline, "sql", query(2)));
        Random random = new Random(SEED);
        long sent;
        try (Publisher publisher = new Publisher(name, MESSAGES_PER_SECOND)) {
            for (int i = 0; i < STARTS; i++) {
                scene.start(
                        pipeline,
                        List.of("", "?pipeline_version=1", "?pipeline_version=2")
                                .get(random.nextInt(3)));
                if (random.nextInt(10) == 0) {
                    scene.awaitReady(pipeline);
                }
                long enough = publisher.acknowledged() + random.nextInt(MESSAGES_PER_SECOND / 4);
                await().pollInterval(Duration.ofMillis(5)).until(() -> publisher.acknowledged() >= enough);
            }
            sent = publisher.finish();
        }
        await("everything is written, seed " + SEED)
                .atMost(Duration.ofSeconds(60))
                .until(() -> written(pipeline) == sent);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");

        List<JsonNode> rows = TriggerScene.rows(name);
        assertThat(rows)
                .extracting(row -> row.path("id").asLong())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, sent).boxed().toList());
        assertThat(rows).extracting(row -> row.path("version").asInt()).contains(1, 2);
        Map<String, Integer> ran = versions(pipeline);
        assertThat(rows).allSatisfy(row -> assertThat(ran)
                .containsEntry(
                        row.path("_partition").asInt() + "@"
                                + row.path("_offset").asLong(),
                        row.path("version").asInt()));
        assertThat(accountedFor(pipeline)).isEqualTo(sent);
    }

    private static String query(int version) {
        return "SELECT id, _partition, _offset, " + version + " AS version FROM events";
    }

    private static long written(String pipeline) throws Exception {
        return scene.replica(0)
                .operation("monitor", Map.of("pipeline", pipeline))
                .at("/total/messages_in")
                .asLong();
    }

    /** The version of each offset, as the ledger has it. */
    private static Map<String, Integer> versions(String pipeline) throws Exception {
        Map<String, Integer> versions = new TreeMap<>();
        for (JsonNode file : all("files", pipeline)) {
            LongStream.rangeClosed(
                            file.path("first_offset").asLong(),
                            file.path("last_offset").asLong())
                    .forEach(offset -> versions.put(
                            file.path("partition").asInt() + "@" + offset,
                            file.path("version").asInt()));
        }
        return versions;
    }

    /** Offsets that {@code versions} has a version for; what goes on is open and was stopped at the end. */
    private static long accountedFor(String pipeline) throws Exception {
        Map<Integer, Long> ends = new TreeMap<>();
        scene.replica(0)
                .operation("monitor", Map.of("pipeline", pipeline))
                .at("/lag/partitions")
                .forEach(lag ->
                        ends.put(lag.path("partition").asInt(), lag.path("end").asLong()));
        long sum = 0;
        for (JsonNode version : all("versions", pipeline)) {
            for (JsonNode range : version.path("processed")) {
                long end = range.path("last_offset").isNull()
                        ? ends.get(range.path("partition").asInt())
                        : range.path("last_offset").asLong() + 1;
                sum += end - range.path("first_offset").asLong();
            }
        }
        return sum;
    }

    private static List<JsonNode> all(String operation, String pipeline) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        Map<String, Object> parameters = new TreeMap<>(Map.of("pipeline", pipeline, "limit", 1000));
        JsonNode page;
        do {
            page = scene.replica(0).operation(operation, parameters);
            page.path("items").forEach(all::add);
            parameters.put("cursor", page.path("next_cursor").asText());
        } while (!page.path("next_cursor").isNull());
        return all;
    }
}
