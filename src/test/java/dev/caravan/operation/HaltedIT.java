package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A pipeline that has paused itself, because a person has to decide about a batch, still does what the person asks. */
class HaltedIT {
    private static final int MESSAGES = 6;

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
    void aStopDropsWhatCannotBeCommittedAndTheNextStartReadsItAgain() throws Exception {
        halted("stopping");
        JsonNode stopped = caravan.operation("stop", Map.of("pipeline", "stopping"));
        assertThat(stopped.path("status").asText()).isEqualTo("stopped");
        assertThat(stopped.at("/flushed/files").asInt()).isZero();
        assertThat(stopped.at("/dropped/reason").asText()).isEqualTo("too_many_dead_letters");
        assertThat(stopped.at("/dropped/message").asText()).contains("cannot be processed");
        assertThat(caravan.operation("stop", Map.of("pipeline", "stopping"))).isEqualTo(stopped);
        assertThat(caravan.operation("get", Map.of("pipeline", "stopping"))
                        .path("desired")
                        .asText())
                .isEqualTo("stopped");
        assertThat(caravan.operation("dead_letters", Map.of("pipeline", "stopping"))
                        .path("items"))
                .isEmpty();
        assertThat(monitor("stopping", "/lag/messages")).isEqualTo(MESSAGES);
        await().atMost(Duration.ofSeconds(60)).until(() -> log("stopping").contains("stopped"));
        assertThat(log("stopping"))
                .as("nothing was tried again before a person had decided")
                .doesNotContain("resumed")
                .filteredOn(message -> message.startsWith("paused: "))
                .hasSize(1);

        caravan.operation(
                "transform",
                Map.of("pipeline", "stopping", "sql", "SELECT coalesce(TRY_CAST(n AS BIGINT), -1) AS n FROM events"));
        JsonNode started = caravan.operation("start", Map.of("pipeline", "stopping"));
        assertThat(started.path("error").isNull()).isTrue();
        await().atMost(Duration.ofSeconds(60)).until(() -> monitor("stopping", "/total/messages_out") == MESSAGES);
        JsonNode flushed = caravan.operation("stop", Map.of("pipeline", "stopping"));
        assertThat(flushed.path("dropped").isNull()).isTrue();
    }

    @Test
    void aForcedDeleteEndsIt() throws Exception {
        halted("deleting");
        assertThat(caravan.operation("delete", Map.of("pipeline", "deleting", "force", true))
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        assertThat(caravan.post("get", Map.of("pipeline", "deleting")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aResumeThatChangesNothingPausesItAgainAndOneThatAcceptsDeadLettersGoesOn() throws Exception {
        halted("resuming");
        caravan.operation("resume", Map.of("pipeline", "resuming"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> log("resuming").stream()
                                .filter(message -> message.startsWith("paused: "))
                                .count()
                        == 2);
        awaitHalt("resuming");
        caravan.operation("resume", Map.of("pipeline", "resuming", "accept_dead_letters", true));
        await().atMost(Duration.ofSeconds(60)).until(() -> monitor("resuming", "/total/messages_dead") == MESSAGES);
        assertThat(caravan.operation("stop", Map.of("pipeline", "resuming"))
                        .path("dropped")
                        .isNull())
                .isTrue();
    }

    /** Nothing of what it is sent can be cast. */
    private static void halted(String name) throws Exception {
        caravan.operation(
                "create",
                Map.of(
                        "name", name,
                        "options", Map.of("batch", Map.of("max_interval", "200ms")),
                        "schema", Map.of("n", "VARCHAR", "k", "VARCHAR"),
                        "steps",
                                List.of(
                                        Map.of(
                                                "name", "query",
                                                "kamelet", "sql-transform-action",
                                                "properties",
                                                        Map.of("query", "SELECT CAST(n AS BIGINT) AS n FROM events")),
                                        Map.of(
                                                "name", "lake",
                                                "kamelet", "s3-sink",
                                                "properties", Map.of("bucket", "lake", "prefix", name)))));
        caravan.operation("start", Map.of("pipeline", name));
        List<Map<String, String>> events = IntStream.range(0, MESSAGES)
                .mapToObj(i -> Map.of("k", "k" + i % 3, "n", "bad" + i))
                .toList();
        caravan.operation("ingest", Map.of("pipeline", name, "events", events, "key_field", "k"));
        awaitHalt(name);
    }

    private static void awaitHalt(String name) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode now = caravan.operation("get", Map.of("pipeline", name));
            assertThat(now.path("status").asText()).isEqualTo("paused");
            assertThat(now.at("/error/reason").asText()).isEqualTo("too_many_dead_letters");
        });
    }

    private static List<String> log(String pipeline) throws Exception {
        return caravan.operation("logs", Map.of("pipeline", pipeline, "limit", 100))
                .path("items")
                .findValuesAsText("message");
    }

    private static long monitor(String pipeline, String figure) throws Exception {
        return caravan.operation("monitor", Map.of("pipeline", pipeline))
                .at(figure)
                .asLong(-1);
    }
}
