package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.ContractHttp;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Processes die while a new version takes over, and while dead letters are replayed. In the end every offset has arrived
 * once, made by the version that the ledger has for it.
 */
class SwitchKillIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NAME = "versions";
    private static final String TOPIC = "versions-topic";
    private static final int PARTITIONS = 2;
    private static final int CHUNK = 100;

    private Scene scene;
    private LedgerRecords ledger;
    private KafkaProducer<byte[], byte[]> producer;
    private long each;
    private int number;

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("switch", Surroundings.start(), UnaryOperator.identity(), Scene.shortSessions());
        scene.surroundings().createTopic(TOPIC, PARTITIONS);
        ledger = new LedgerRecords(scene.surroundings().dataSource(), TOPIC);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", scene.surroundings().bootstrap(), "linger.ms", "50", "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void close() throws Exception {
        producer.close();
        scene.close();
    }

    @Test
    void noDeathInASwitchOrAReplayLosesOrDoublesAMessageOrTakesAnotherVersionForIt() throws Exception {
        CaravanProcess first = start("switching", "after_claim:6").awaitReady(PATIENCE);
        assertThat(post(first, "create", document())).startsWith("200");
        assertThat(post(first, "start", pipeline(""))).startsWith("200");
        feed();
        awaitCommitted();
        while (first.alive()) {
            switchWhileItFlows(first);
        }
        assertThat(first.exitValue()).as(first.lastLines(20)).isEqualTo(CaravanProcess.KILLED);

        CaravanProcess second = start("switched").awaitReady(PATIENCE);
        for (int i = 0; i < 3; i++) {
            switchWhileItFlows(second);
        }
        awaitCommitted();
        CompletableFuture<String> last = CompletableFuture.supplyAsync(() -> transform(second));
        second.sigkill();
        last.join();
        second.awaitExit(PATIENCE);

        CaravanProcess third = start("replaying", "before_commit:1").awaitReady(PATIENCE);
        number += number % 2; // the next one is odd
        number++;
        assertThat(transform(third)).startsWith("200");
        assertThat(number % 2).as("reads everything").isZero();
        post(third, "replay_dead_letters", pipeline(", \"all\": true"));
        assertThat(third.awaitExit(PATIENCE)).as(third.lastLines(20)).isEqualTo(CaravanProcess.KILLED);

        CaravanProcess fourth = start("replayed").awaitReady(PATIENCE);
        JdbcClient.create(scene.surroundings().dataSource())
                .sql("UPDATE replay_work SET lease_until = now()")
                .update();
        Awaitility.await("the replay is finished by another")
                .atMost(PATIENCE)
                .failFast(fourth::mustBeAlive)
                .until(() -> ledger.unfinishedClaims() == 0
                        && data(fourth, "dead_letters").path("items").isEmpty());
        JsonNode terms = data(fourth, "monitor").path("equation");
        assertThat(terms.path("holds").asBoolean()).isTrue();
        assertThat(terms.path("rows_out").asLong()).isEqualTo(PARTITIONS * each);
        try (SwitchedRows rows = new SwitchedRows(scene.surroundings().bucket(), NAME)) {
            rows.mustAccountFor(PARTITIONS, each, data(fourth, "files"), data(fourth, "versions"));
            Scene.say("SwitchKillIT: %d messages, %d versions", PARTITIONS * each, number);
        }
    }

    private CaravanProcess start(String name, String... kill) {
        return scene.launcher()
                .start(
                        name,
                        0,
                        List.of(kill).stream()
                                .map(point -> "-Dcaravan.faults.kill=" + point)
                                .toList());
    }

    /** One chunk for each partition, each visible as a whole: none of its batches consists of bad messages only. */
    private void feed() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (long offset = each; offset < each + CHUNK; offset++) {
                String value = SwitchedRows.isBad(offset) ? "bad" : Long.toString(offset);
                byte[] message = ("{\"n\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(TOPIC, partition, null, message));
            }
        }
        producer.flush();
        each += CHUNK;
    }

    /** The version is changed while messages are on their way; then something is committed, or the process is dead. */
    private void switchWhileItFlows(CaravanProcess child) {
        long before = ledger.committedMessages();
        feed();
        transform(child);
        Awaitility.await("progress, or the end")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !child.alive() || ledger.committedMessages() > before);
    }

    private void awaitCommitted() {
        Awaitility.await("all is committed")
                .atMost(PATIENCE)
                .until(() -> ledger.committedMessages() == PARTITIONS * each && ledger.unfinishedClaims() == 0);
    }

    /** Odd ones are strict and make dead letters. */
    private String query() {
        String reading = number % 2 == 1 ? "CAST(n AS BIGINT)" : "coalesce(TRY_CAST(n AS BIGINT), -1)";
        return "SELECT " + reading + " AS n, " + number + " AS v, _partition, _offset FROM events";
    }

    private String document() {
        number++;
        return """
                {"name": "%s", "options": {"event": "%s", "start_from": "earliest", "batch": {"max_interval": "200ms"}},
                 "schema": {"n": "VARCHAR"}, "steps": [
                  {"name": "read", "kamelet": "sql-transform-action", "properties": {"query": "%s"}},
                  {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "%s", "prefix": "%s"}}]}""".formatted(NAME, TOPIC, query(), Surroundings.BUCKET, NAME);
    }

    private String transform(CaravanProcess child) {
        number++;
        return post(child, "transform", pipeline(", \"sql\": \"" + query() + "\""));
    }

    private static String pipeline(String more) {
        return "{\"pipeline\": \"" + NAME + "\"" + more + "}";
    }

    private static JsonNode data(CaravanProcess child, String operation) throws IOException {
        String limit = operation.equals("monitor") ? "" : ", \"limit\": 1000";
        String answer = post(child, operation, pipeline(limit));
        assertThat(answer).startsWith("200");
        return JSON.readTree(answer.substring(4)).path("data");
    }

    /** Status and body; empty when there is no answer. */
    private static String post(CaravanProcess child, String operation, String parameters) {
        String body = "{\"operation\": \"" + operation + "\", \"parameters\": " + parameters + "}";
        try {
            HttpResponse<String> answer = ContractHttp.send(HttpRequest.newBuilder(child.uri("/pipeline"))
                    .timeout(PATIENCE)
                    .header("Authorization", "Bearer " + CaravanProcess.ADMIN_KEY)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
