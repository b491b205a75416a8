package dev.caravan.trigger;

import static java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A stopped pipeline is told to read on from elsewhere. */
class OffsetsIT {
    private static final int PARTITIONS = 4;

    /** Of today: Kafka deletes messages that are older than a week. */
    private static final Instant TIME = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private static TriggerScene scene;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(1);
        producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all", "max.in.flight.requests.per.connection", 1)),
                new StringSerializer(),
                new StringSerializer());
    }

    @AfterAll
    static void close() throws Exception {
        producer.close();
        scene.close();
    }

    /** Ten messages in each partition, a second apart; the fourth of each is no JSON. */
    private static String publishedTo(String topic) throws Exception {
        for (int i = 0; i < 10; i++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String value = i == 3 ? "no json" : "{\"id\":" + (partition * 10 + i) + "}";
                producer.send(new ProducerRecord<>(
                                topic, partition, TIME.plusSeconds(i).toEpochMilli(), null, value))
                        .get(60, TimeUnit.SECONDS);
            }
        }
        return topic;
    }

    private static String created(String topic) throws Exception {
        return scene.create(topic, "SELECT * FROM events WHERE id % 10 <> 7", TriggerScene.options(topic));
    }

    /** Until everything is committed. */
    private static void run(String pipeline) throws Exception {
        scene.start(pipeline, "");
        await("all is read").atMost(Duration.ofSeconds(60)).until(() -> partitions(offsets(pipeline)).stream()
                .allMatch(at -> at.path("position").asLong(-1) == 10));
        // the position is there with the claim, the rows are with the commit
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    private static String path(String pipeline) {
        return "/api/v1/pipelines/" + pipeline + "/offsets";
    }

    private static JsonNode offsets(String pipeline) throws Exception {
        return body(200, scene.replica(0).send(scene.replica(0).request(path(pipeline))));
    }

    private static HttpResponse<String> put(String pipeline, String body) throws Exception {
        RunningCaravan replica = scene.replica(0);
        return replica.send(replica.request(path(pipeline))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static JsonNode body(int status, HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return TriggerScene.JSON.readTree(answer.body());
    }

    private static List<JsonNode> partitions(JsonNode offsets) {
        List<JsonNode> partitions = new ArrayList<>();
        offsets.path("partitions").forEach(partitions::add);
        return partitions;
    }

    private static List<Long> column(JsonNode offsets, String name) {
        return partitions(offsets).stream().map(at -> at.path(name).asLong()).toList();
    }

    private static List<JsonNode> items(String pipeline, String what) throws Exception {
        JsonNode page = body(
                200, scene.replica(0).send(scene.replica(0).request("/api/v1/pipelines/" + pipeline + "/" + what)));
        List<JsonNode> items = new ArrayList<>();
        page.path("items").forEach(items::add);
        return items;
    }

    private static void accountsFor(JsonNode rows, long in, long out, long filtered, long dead) {
        assertThat(rows.path("in").asLong()).isEqualTo(in);
        assertThat(rows.path("out").asLong()).isEqualTo(out);
        assertThat(rows.path("filtered").asLong()).isEqualTo(filtered);
        assertThat(rows.path("dead").asLong()).isEqualTo(dead);
    }

    @Test
    void everythingIsReadAgainExactlyOnceInAGenerationOfItsOwn() throws Exception {
        String topic = publishedTo(Servers.newName("again"));
        String pipeline = created(topic);
        assertThat(column(offsets(pipeline), "lag")).containsOnly(10L);
        assertThat(partitions(offsets(pipeline)))
                .allSatisfy(at -> assertThat(at.path("position").isNull()).isTrue());
        run(pipeline);
        assertThat(column(offsets(pipeline), "lag")).containsOnly(0L);

        JsonNode reset = body(200, put(pipeline, "{\"to\": \"earliest\"}"));
        assertThat(column(reset, "generation")).containsOnly(2L).hasSize(PARTITIONS);
        assertThat(column(reset, "position")).containsOnly(0L);
        assertThat(reset.path("lag").asLong()).isEqualTo(10L * PARTITIONS);
        assertThat(partitions(reset)).allSatisfy(at -> {
            assertThat(at.at("/reset/to").asText()).isEqualTo("earliest");
            assertThat(at.at("/reset/actor").asText()).isNotBlank();
            accountsFor(at.path("rows"), 0, 0, 0, 0);
        });
        toldAsEvent(topic, reset.at("/partitions/0/reset/actor").asText());
        run(pipeline);

        assertThat(partitions(offsets(pipeline))).allSatisfy(at -> accountsFor(at.path("rows"), 10, 8, 1, 1));
        assertThat(TriggerScene.rows(topic))
                .extracting(row -> row.path("id").asLong())
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 10L * PARTITIONS)
                        .filter(id -> id % 10 != 3 && id % 10 != 7)
                        .flatMap(id -> LongStream.of(id, id))
                        .boxed()
                        .toList());
        accountedForByGeneration(pipeline);
        await("the log says who").atMost(Duration.ofSeconds(60)).until(() -> scene.replica(0)
                .operation("logs", Map.of("pipeline", pipeline))
                .toString()
                .contains("were reset to earliest"));
    }

    @Test
    void whatKafkaHasDeletedIsNamedAndLeftOutOnlyWhenSomebodySaysSo() throws Exception {
        String topic = publishedTo(Servers.newName("expired"));
        String pipeline = created(topic);
        run(pipeline);
        int before = TriggerScene.rows(topic).size();
        for (int id = 110; id < 116; id++) {
            producer.send(new ProducerRecord<>(topic, 0, null, "{\"id\":" + id + "}"))
                    .get(60, TimeUnit.SECONDS);
        }
        try (Admin admin = Admin.create(Servers.kafka().with(Map.of()))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(13)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
        scene.start(pipeline, "");
        scene.awaitStatus(pipeline, "paused");
        JsonNode error =
                scene.replica(0).operation("get", Map.of("pipeline", pipeline)).path("error");
        assertThat(error.path("reason").asText()).isEqualTo("source_data_expired");
        assertThat(error.path("message").asText()).contains("SOURCE_DATA_EXPIRED", "offsets 10..12 of " + topic + "-0");
        assertThat(TriggerScene.rows(topic)).hasSize(before);

        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
        body(200, put(pipeline, "{\"offsets\": {\"0\": 13}}"));
        scene.start(pipeline, "");
        await("the rest is read").atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        TriggerScene.rows(topic))
                .extracting(row -> row.path("id").asLong())
                .contains(113L, 114L, 115L)
                .doesNotContain(110L, 111L, 112L)
                .hasSize(before + 3));
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    /** The pipeline has the name of its topic. */
    private static void toldAsEvent(String name, String actor) throws Exception {
        JsonNode events = body(
                200, scene.replica(0).send(scene.replica(0).request("/v0/pipelines/" + name + "/events?selector=all")));
        assertThat(events)
                .filteredOn(event -> event.path("cause").asText().equals("offsets_reset"))
                .singleElement()
                .satisfies(event -> assertThat(event.path("actor").asText()).isEqualTo(actor));
    }

    private static void accountedForByGeneration(String pipeline) throws Exception {
        List<JsonNode> files = items(pipeline, "files?limit=1000");
        for (int generation = 1; generation <= 2; generation++) {
            long rows = 0;
            for (JsonNode file : files) {
                if (file.path("generation").asInt() == generation) {
                    rows += file.at("/rows/in").asLong();
                    String key = file.at("/objects/0/key").asText();
                    assertThat(key.contains("-g2.")).as(key).isEqualTo(generation == 2);
                }
            }
            assertThat(rows).isEqualTo(10L * PARTITIONS);
        }
        assertThat(items(pipeline, "files?partition=1&offset=5"))
                .extracting(file -> file.path("generation").asInt())
                .containsExactly(2, 1);
        assertThat(items(pipeline, "dead-letters?partition=1"))
                .extracting(letter -> letter.path("generation").asInt())
                .containsExactly(2, 1);
        JsonNode monitor = scene.replica(0).operation("monitor", Map.of("pipeline", pipeline));
        assertThat(monitor.at("/total/messages_in").asLong()).isEqualTo(20L * PARTITIONS);
        assertThat(monitor.at("/equation/holds").asBoolean()).isTrue();
    }

    @Test
    void numbersMoveThePartitionsThatTheyNameAndHaveToBeThere() throws Exception {
        String topic = publishedTo(Servers.newName("numbers"));
        String pipeline = created(topic);
        run(pipeline);

        JsonNode reset = body(200, put(pipeline, "{\"offsets\": {\"1\": 4, \"2\": 10}}"));
        assertThat(column(reset, "position")).containsExactly(10L, 4L, 10L, 10L);
        assertThat(column(reset, "generation")).containsExactly(1L, 2L, 2L, 1L);
        run(pipeline);
        assertThat(TriggerScene.rows(topic)).hasSize(8 * PARTITIONS + 5);

        for (String wrong : List.of("{\"1\": 11}", "{\"4\": 0}", "{\"1\": 0, \"9\": 0}")) {
            JsonNode problem = body(400, put(pipeline, "{\"offsets\": " + wrong + "}"));
            assertThat(problem.path("reason").asText()).isEqualTo("pipeline.offsets_refused");
            assertThat(problem.path("errors")).hasSize(1);
        }
        for (String wrong : List.of(
                "{}",
                "{\"to\": \"middle\"}",
                "{\"to\": \"latest\", \"offsets\": {\"0\": 1}}",
                "{\"offsets\": {}}",
                "{\"offsets\": {\"-1\": 0}}",
                "{\"offsets\": {\"0\": -1}}",
                "{\"timestamp\": \"yesterday\"}",
                "{\"timestamp\": \"+12345-01-01T00:00:00Z\"}")) {
            body(400, put(pipeline, wrong));
        }
        assertThat(column(offsets(pipeline), "generation")).containsExactly(1L, 2L, 2L, 1L);
    }

    @Test
    void aTimestampIsTheFirstMessageFromThenOnOrTheEnd() throws Exception {
        String topic = publishedTo(Servers.newName("times"));
        String pipeline = created(topic);
        String between = TIME.plusMillis(5_500).toString();
        assertThat(column(body(200, put(pipeline, "{\"timestamp\": \"" + between + "\"}")), "position"))
                .containsOnly(6L);
        String tomorrow =
                ISO_OFFSET_DATE_TIME.format(TIME.plus(1, ChronoUnit.DAYS).atOffset(ZoneOffset.ofHours(1)));
        assertThat(column(body(200, put(pipeline, "{\"timestamp\": \"" + tomorrow + "\"}")), "position"))
                .containsOnly(10L);
        assertThat(column(body(200, put(pipeline, "{\"timestamp\": \"" + between + "\"}")), "generation"))
                .containsOnly(3L);
    }

    @Test
    void onlyAStoppedPipelineThatIsDoneWithWhatItHasReadIsReset() throws Exception {
        String topic = publishedTo(Servers.newName("running"));
        String pipeline = created(topic);
        scene.start(pipeline, "");
        scene.awaitReady(pipeline);
        JsonNode problem = body(409, put(pipeline, "{\"to\": \"latest\"}"));
        assertThat(problem.path("reason").asText()).isEqualTo("pipeline.not_stopped");
        assertThat(problem.path("detail").asText()).contains("stop it first");
        run(pipeline);

        JdbcClient jdbc = JdbcClient.create(Servers.dataSource(scene.database()));
        String claim = jdbc.sql("""
                        UPDATE pipeline_file SET status = 'CLAIMED' WHERE claim_id = (SELECT claim_id FROM pipeline_file f
                            JOIN pipeline_partition p ON p.id = f.partition_id WHERE p.pipeline = ? LIMIT 1)
                        RETURNING claim_id""").param(pipeline).query(String.class).single();
        JsonNode unfinished = body(409, put(pipeline, "{\"to\": \"latest\"}"));
        assertThat(unfinished.path("reason").asText()).isEqualTo("pipeline.unfinished");
        assertThat(unfinished.path("detail").asText()).contains("start it and stop it again");
        jdbc.sql("UPDATE pipeline_file SET status = 'COMMITTED' WHERE claim_id = cast(? AS uuid)")
                .param(claim)
                .update();
        body(200, put(pipeline, "{\"to\": \"latest\"}"));
    }

    @Test
    void resetsAtTheSameTimeComeOneAfterTheOther() throws Exception {
        String topic = publishedTo(Servers.newName("both"));
        String pipeline = created(topic);
        run(pipeline);
        List<CompletableFuture<Integer>> resets = new ArrayList<>();
        for (String to : List.of("{\"to\":\"earliest\"}", "{\"to\":\"latest\"}", "{\"offsets\":{\"0\":3,\"3\":3}}")) {
            resets.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return put(pipeline, to).statusCode();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        assertThat(resets.stream().map(CompletableFuture::join)).containsOnly(200);
        assertThat(column(offsets(pipeline), "generation")).containsExactly(4L, 3L, 3L, 4L);
        assertThat(column(body(200, put(pipeline, "{\"to\":\"earliest\"}")), "generation"))
                .containsExactly(5L, 4L, 4L, 5L);
        run(pipeline);
        assertThat(TriggerScene.rows(topic)).hasSize(2 * 8 * PARTITIONS);
    }
}
