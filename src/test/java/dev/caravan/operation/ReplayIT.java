package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.batch.OffsetRange;
import dev.caravan.delivery.ClaimRequest;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Replay;
import dev.caravan.delivery.ReplayQuery;
import dev.caravan.delivery.Replays;
import dev.caravan.testing.RunningCaravan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Dead letters go through another version, each once, whoever asks and whoever dies. */
class ReplayIT {
    private static final String STRICT = "SELECT CAST(n AS BIGINT) AS n, _partition, _offset FROM events";
    private static final String LENIENT =
            "SELECT coalesce(TRY_CAST(n AS BIGINT), -1) AS n, _partition, _offset FROM events";

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
    void deadLettersArriveOnceWithTheirOwnOffsetsWhenTheQueryCanReadThem() throws Exception {
        JsonNode letters = pipelineWithDeadLetters("mended");
        caravan.operation("transform", Map.of("pipeline", "mended", "sql", LENIENT));
        List<CompletableFuture<JsonNode>> all = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> replay("mended", Map.of("all", true))))
                .toList();
        long sent = all.stream()
                .mapToLong(each -> each.join().path("letters").asLong())
                .sum();
        assertThat(sent).isEqualTo(letters.size());
        assertThat(replay("mended", Map.of("all", true)).path("letters").asInt())
                .isZero();
        everyRowOnce("mended", letters);
        JsonNode files =
                caravan.operation("files", Map.of("pipeline", "mended")).path("items");
        assertThat(files)
                .filteredOn(file -> file.path("replay").asBoolean())
                .isNotEmpty()
                .allSatisfy(file -> {
                    assertThat(file.path("version").asInt()).isEqualTo(2);
                    assertThat(file.at("/objects/0/key").asText()).contains("-replay-");
                });
        assertThat(caravan.operation("dead_letters", Map.of("pipeline", "mended", "replayed", true))
                        .path("items"))
                .hasSameSizeAs(letters)
                .allSatisfy(letter ->
                        assertThat(letter.path("replayed_at").isNull()).isFalse());
    }

    @Test
    void lettersThatFailAgainStayDeadLettersAndOthersAreLeftAlone() throws Exception {
        JsonNode letters = pipelineWithDeadLetters("again");
        String reason = letters.path(0).path("reason").asText();
        assertThat(replay("again", Map.of("reason", "no_such_reason"))
                        .path("letters")
                        .asInt())
                .isZero();
        JsonNode answer = replay("again", Map.of("reason", reason));
        assertThat(answer.at("/rows/dead").asInt()).isEqualTo(letters.size());
        assertThat(caravan.operation("dead_letters", Map.of("pipeline", "again"))
                        .path("items"))
                .hasSameSizeAs(letters)
                .allSatisfy(
                        letter -> assertThat(letter.path("attempts").asInt()).isEqualTo(2));
        equation("again", 20, letters.size());
        JsonNode one = letters.path(0);
        caravan.operation("transform", Map.of("pipeline", "again", "sql", LENIENT));
        answer = replay(
                "again",
                Map.of(
                        "partition", one.path("partition").asInt(),
                        "first_offset", one.path("offset").asLong(),
                        "last_offset", one.path("offset").asLong()));
        assertThat(answer.path("letters").asInt()).isEqualTo(1);
        equation("again", 20, letters.size() - 1);
        caravan.operation("stop", Map.of("pipeline", "again"));
        assertThat(caravan.post("replay_dead_letters", Map.of("pipeline", "again", "all", true))
                        .body())
                .contains("pipeline.illegal_transition");
    }

    /** One replica dies after it has taken the replay, another after it has decided the objects. */
    @Test
    void aReplayThatDiedBetweenClaimAndCommitIsFinished() throws Exception {
        JsonNode letters = pipelineWithDeadLetters("died");
        caravan.operation("transform", Map.of("pipeline", "died", "sql", LENIENT));
        String id =
                caravan.operation("get", Map.of("pipeline", "died")).path("id").asText();
        caravan.operation("stop", Map.of("pipeline", "died"));
        Replays replays = caravan.bean(Replays.class);
        replays.reserve(id, 2, new ReplayQuery(null, null, null, null, null));
        Replay dead = replays.take(Set.of(id), "dead").orElseThrow();
        OffsetRange range = dead.range();
        String key = "died/" + range.topic() + "-gone-" + dead.claim() + ".parquet";
        caravan.bean(Ledger.class)
                .claim(new ClaimRequest(
                        id, range, dead.epoch(), 2, dead.batchTime(), "s3://lake", List.of(key), dead.claim()));
        caravan.operation("start", Map.of("pipeline", "died"));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> equation("died", 20, 0));
        everyRowOnce("died", letters);
    }

    @Test
    void aDeletedPipelineTakesItsLedgerAndLettersAlongAndLeavesItsObjects() throws Exception {
        JsonNode letters = pipelineWithDeadLetters("deleted");
        String id = caravan.operation("get", Map.of("pipeline", "deleted"))
                .path("id")
                .asText();
        List<String> before = rows("deleted");
        assertThat(before).hasSize(20 - letters.size());
        caravan.operation("delete", Map.of("pipeline", "deleted", "force", true));

        assertThat(rows("deleted")).containsExactlyInAnyOrderElementsOf(before);
        JdbcClient jdbc = JdbcClient.create(caravan.bean(javax.sql.DataSource.class));
        for (String table : List.of("pipeline_partition", "dead_letter")) {
            assertThat(jdbc.sql("select count(*) from " + table + " where pipeline = :id")
                            .param("id", id)
                            .query(Long.class)
                            .single())
                    .as(table)
                    .isZero();
        }
        for (String operation : List.of("get", "dead_letters", "files", "monitor", "versions")) {
            assertThat(caravan.post(operation, Map.of("pipeline", id)).statusCode())
                    .as(operation)
                    .isEqualTo(404);
        }
    }

    private static void everyRowOnce(String pipeline, JsonNode letters) throws Exception {
        assertThat(rows(pipeline)).hasSize(20).doesNotHaveDuplicates();
        List<String> offsets = new ArrayList<>();
        letters.forEach(letter -> offsets.add("-1 " + letter.path("partition") + " " + letter.path("offset")));
        assertThat(rows(pipeline))
                .filteredOn(row -> row.startsWith("-1 "))
                .containsExactlyInAnyOrderElementsOf(offsets);
        equation(pipeline, 20, 0);
    }

    private static void equation(String pipeline, long in, long dead) throws Exception {
        JsonNode terms =
                caravan.operation("monitor", Map.of("pipeline", pipeline)).path("equation");
        assertThat(terms.path("holds").asBoolean()).isTrue();
        assertThat(terms.path("rows_in").asLong()).isEqualTo(in);
        assertThat(terms.path("rows_dead").asLong()).isEqualTo(dead);
        assertThat(terms.path("rows_out").asLong()).isEqualTo(in - dead);
    }

    /** Twenty messages with two bad ones for each key. */
    private static JsonNode pipelineWithDeadLetters(String name) throws Exception {
        caravan.operation(
                "create",
                Map.of(
                        "name", name,
                        "options", Map.of("batch", Map.of("max_interval", "1s")),
                        "schema", Map.of("n", "VARCHAR", "k", "VARCHAR"),
                        "steps",
                                List.of(
                                        Map.of(
                                                "name", "query",
                                                "kamelet", "sql-transform-action",
                                                "properties", Map.of("query", STRICT)),
                                        Map.of(
                                                "name", "lake",
                                                "kamelet", "s3-sink",
                                                "properties", Map.of("bucket", "lake", "prefix", name)))));
        List<Map<String, Object>> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            events.add(Map.of("k", "k" + i % 2, "n", i % 10 < 2 ? "bad" + i : "" + i));
        }
        // before the start: what a partition has is read at once, so no batch has bad ones only
        caravan.operation("ingest", Map.of("pipeline", name, "events", events, "key_field", "k"));
        caravan.operation("start", Map.of("pipeline", name));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> caravan.operation("monitor", Map.of("pipeline", name))
                                .at("/total/messages_in")
                                .asInt()
                        == 20);
        JsonNode letters =
                caravan.operation("dead_letters", Map.of("pipeline", name)).path("items");
        assertThat(letters).hasSize(4);
        return letters;
    }

    private static JsonNode replay(String pipeline, Map<String, Object> which) {
        try {
            Map<String, Object> parameters = new java.util.HashMap<>(which);
            parameters.put("pipeline", pipeline);
            return caravan.operation("replay_dead_letters", parameters);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> rows(String prefix) throws Exception {
        return caravan.rows(prefix, "n, _partition, _offset").stream()
                .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2))
                .toList();
    }
}
