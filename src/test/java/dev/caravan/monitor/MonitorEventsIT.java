package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.S3FaultProxy;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
import dev.caravan.testing.Servers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the events of a pipeline tell, from the outside. */
class MonitorEventsIT {
    private static final String STOPPED = "Stopped Stopped null null ";
    private static final String STARTING = "Provisioning Provisioned Initializing Running InUse";
    private static final String RUNNING = "Provisioned Provisioned Running Running InUse";
    private static final String STOPPING = "Stopping Stopped Suspended Suspended InUse";
    private static final Map<String, Object> QUICK = Map.of("batch", Map.of("max_interval", "100ms"));
    private static final String ALL_FIELDS = "SELECT * FROM events";

    private static RunningCaravan caravan;
    private static S3FaultProxy s3;
    private static V0 v0;

    @BeforeAll
    static void start() throws Exception {
        s3 = new S3FaultProxy(Objects.requireNonNull(Servers.s3().endpoint()));
        var keys = Objects.requireNonNull(Servers.s3().keys());
        caravan = RunningCaravan.start(Map.of(
                "caravan.s3.endpoint", s3.endpoint().toString(),
                "caravan.s3.access-key", keys.access(),
                "caravan.s3.secret-key", keys.secret(),
                "caravan.kafka.bootstrap.servers", Servers.kafka().bootstrapServers(),
                "caravan.monitor.details", "200ms"));
        v0 = new V0(caravan);
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        s3.close();
    }

    @Test
    void everyMoveIsAnEventWithItsCauseAndActor() throws Exception {
        v0.create("moves", QUICK, ALL_FIELDS);
        v0.move("moves", "start", "Running");
        v0.move("moves", "pause", "Paused");
        v0.move("moves", "resume", "Running");
        v0.move("moves", "stop", "Stopped");
        v0.move("moves", "clear", "Stopped");
        v0.move("moves", "start?initial=paused", "Paused");
        v0.move("moves", "stop?force=true", "Stopped");
        assertThat(v0.history("moves"))
                .containsExactly(
                        STOPPED + "Cleared",
                        STARTING,
                        RUNNING,
                        "Provisioned Provisioned Running Paused InUse",
                        "Provisioned Provisioned Paused Paused InUse",
                        "Provisioned Provisioned Paused Running InUse",
                        RUNNING,
                        STOPPING,
                        STOPPED + "InUse",
                        STOPPED + "Clearing",
                        STOPPED + "Cleared",
                        "Provisioning Provisioned Initializing Paused InUse",
                        "Provisioned Provisioned Paused Paused InUse",
                        STOPPING,
                        STOPPED + "InUse");
        List<JsonNode> events = v0.events("moves", "all");
        assertThat(events)
                .extracting(event -> event.path("cause").asText())
                .containsSubsequence(
                        "created",
                        "start",
                        "reconciled",
                        "pause",
                        "resume",
                        "stop",
                        "clear",
                        "start_paused",
                        "force_stop");
        assertThat(events)
                .filteredOn(event -> event.path("cause").asText().equals("pause"))
                .allSatisfy(event -> {
                    assertThat(event.path("actor").asText()).startsWith("preset_");
                    assertThat(event.path("previous").asText()).isEqualTo("running");
                    assertThat(event.path("duration_ms").asLong(-1)).isNotNegative();
                });
        v0.wellFormed("moves");
    }

    @Test
    void aClearedPipelineReadsAgainAndWritesBesideWhatIsThere() throws Exception {
        v0.create("cleared", QUICK, ALL_FIELDS);
        v0.move("cleared", "start", "Running");
        v0.ingest("cleared", "1");
        await().atMost(Duration.ofSeconds(60)).until(() -> v0.files("cleared").size() == 1);
        List<String> before = v0.files("cleared");
        V0.refused(v0.post("/pipelines/cleared/clear"), 400, "IllegalPipelineAction");
        v0.move("cleared", "stop", "Stopped");
        v0.move("cleared", "clear", "Stopped");
        assertThat(v0.files("cleared")).isEmpty();
        v0.move("cleared", "start", "Running");
        await().atMost(Duration.ofSeconds(60)).until(() -> v0.files("cleared").size() == 1);
        assertThat(v0.files("cleared")).doesNotContainAnyElementsOf(before);
        v0.move("cleared", "stop", "Stopped");
    }

    @Test
    void fieldsThatAreNotSelectedAreNotThereAndOthersMayBeNull() throws Exception {
        v0.create("fields", QUICK, ALL_FIELDS);
        v0.move("fields", "start", "Running");
        v0.move("fields", "stop", "Stopped");
        v0.wellFormed("fields");
        List<JsonNode> status = v0.events("fields", "status");
        assertThat(v0.json("/pipelines/fields/events")).isEqualTo(v0.json("/pipelines/fields/events?selector=status"));
        JsonNode newest = status.get(status.size() - 1);
        assertThat(v0.json("/pipelines/fields/events/latest")).isEqualTo(newest);
        assertThat(v0.json("/pipelines/fields/events/" + newest.path("event_id").asText()))
                .isEqualTo(newest);
        assertThat(v0.get("/pipelines/fields/events").headers().firstValue("Cache-Control"))
                .hasValueSatisfying(value -> assertThat(value).contains("no-cache"));
        List<Instant> times = status.stream()
                .map(event -> Instant.parse(event.path("recorded_at").asText()))
                .toList();
        assertThat(times).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void theListIsReadInPagesAndByTime() throws Exception {
        v0.create("pages", QUICK, ALL_FIELDS);
        v0.move("pages", "start", "Running");
        v0.move("pages", "stop", "Stopped");
        List<String> whole = V0.ids(v0.get("/pipelines/pages/events"));
        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            HttpResponse<String> page = v0.get("/pipelines/pages/events?limit=2" + cursor);
            paged.addAll(V0.ids(page));
            cursor = page.headers()
                    .firstValue("X-Next-Cursor")
                    .map(next -> "&cursor=" + next)
                    .orElse("");
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(whole).hasSizeGreaterThan(4);
        String middle = v0.json("/pipelines/pages/events/" + whole.get(2))
                .path("recorded_at")
                .asText();
        assertThat(V0.ids(v0.get("/pipelines/pages/events?since=" + middle))).isEqualTo(whole.subList(0, 3));
        assertThat(V0.ids(v0.get("/pipelines/pages/events?until=" + middle))).isEqualTo(whole.subList(3, whole.size()));
    }

    @Test
    void mistakesHaveTheDocumentedCodes() throws Exception {
        v0.create("mistakes", QUICK, ALL_FIELDS);
        V0.refused(v0.get("/pipelines/nobody/events"), 404, "UnknownPipelineName");
        V0.refused(v0.get("/pipelines/nobody/events/latest"), 404, "UnknownPipelineName");
        V0.refused(v0.get("/pipelines/nobody"), 404, "UnknownPipelineName");
        V0.refused(v0.get("/pipelines/mistakes/events/42"), 400, "InvalidUuidParam");
        V0.refused(v0.get("/pipelines/mistakes/events/" + UUID.randomUUID()), 404, "UnknownPipelineMonitorEvent");
        V0.refused(
                caravan.send(
                        caravan.request("/v0/pipelines/mistakes/events/stream").header("Last-Event-ID", "yesterday")),
                400,
                "InvalidUuidParam");
        V0.refused(v0.get("/pipelines/nobody/events/stream"), 404, "UnknownPipelineName");
        V0.refused(v0.get("/pipelines/mistakes/events?selector=some"), 400, "InvalidFields");
        V0.refused(v0.get("/pipelines/mistakes/events?cursor=zzz"), 400, "InvalidCursor");
        V0.refused(v0.post("/pipelines/mistakes/pause"), 400, "IllegalPipelineAction");
        V0.refused(v0.post("/pipelines/mistakes/resume"), 400, "IllegalPipelineAction");
        V0.refused(v0.post("/pipelines/mistakes/start?initial=standby"), 405, "UnsupportedPipelineAction");
        V0.refused(v0.post("/pipelines/nobody/start"), 404, "UnknownPipelineName");
        assertThat(v0.post("/pipelines/mistakes/stop").statusCode()).isEqualTo(202);
    }

    @Test
    void aPipelineThatNothingWasToldOfHasNoEvents() throws Exception {
        v0.create("told", QUICK, ALL_FIELDS);
        PipelineStore pipelines = caravan.bean(PipelineStore.class);
        Pipeline told = pipelines.find("default", "told").orElseThrow();
        PipelineSpec like = told.spec();
        PipelineSpec untold =
                new PipelineSpec("untold", like.description(), like.options(), like.schema(), like.steps());
        assertThat(pipelines.insert(new Pipeline(
                        "pl_untold", "default", 1, untold, false, null, told.createdAt(), told.updatedAt())))
                .isTrue();
        try {
            V0.refused(v0.get("/pipelines/untold/events/latest"), 404, "NoPipelineMonitorEventsAvailable");
            assertThat(V0.ids(v0.get("/pipelines/untold/events"))).isEmpty();
            V0.refused(v0.get("/pipelines/untold/events/" + UUID.randomUUID()), 404, "UnknownPipelineMonitorEvent");
        } finally {
            pipelines.delete("pl_untold");
        }
    }

    @Test
    void aDocumentThatDoesNotCompileIsThereWithItsError() throws Exception {
        Path file = caravan.data().resolve("routes/pipelines/uncompiled.yaml");
        Files.createDirectories(file.getParent());
        written(file, "name: uncompiled\nsteps:\n  - nmae: x\n");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> v0.get("/pipelines/uncompiled").statusCode() == 200);
        JsonNode broken = v0.json("/pipelines/uncompiled");
        assertThat(broken.path("program_status").asText()).isEqualTo("SqlError");
        assertThat(broken.at("/program_error/sql_compilation/messages/0/message")
                        .asText())
                .contains("nmae");
        assertThat(v0.history("uncompiled")).containsExactly(STOPPED + "Cleared");
        assertThat(v0.json("/pipelines").toString()).contains("uncompiled");
        V0.refused(v0.post("/pipelines/uncompiled/start"), 400, "CannotStartWithCompilationError");

        written(
                file,
                "name: uncompiled\nsteps: [{name: lake, kamelet: s3-sink, properties: {bucket: lake, prefix: uncompiled}}]\n");
        v0.awaitStatus("uncompiled", "Running");
        assertThat(v0.json("/pipelines/uncompiled").path("program_status").asText())
                .isEqualTo("Success");
        v0.wellFormed("uncompiled");
        Files.delete(file);
        v0.awaitStatus("uncompiled", "Stopped");
    }

    /** All of it at once: who looks meanwhile sees no half of it. */
    private static void written(Path file, String text) throws Exception {
        Path whole = Files.writeString(caravan.data().resolve("whole.yaml"), text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aDocumentThatCannotBeReadIsAnErrorOfTheSystem() throws Exception {
        Path file = caravan.data().resolve("routes/pipelines/unreadable.yaml");
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {(byte) 0xff});
        await().until(() -> v0.get("/pipelines/unreadable").statusCode() == 200);
        JsonNode broken = v0.json("/pipelines/unreadable");
        assertThat(broken.path("program_status").asText()).isEqualTo("SystemError");
        assertThat(broken.at("/program_error/system_error").asText()).isNotBlank();
        assertThat(v0.history("unreadable")).containsExactly(STOPPED + "Cleared");
        v0.wellFormed("unreadable");
        Files.delete(file);
        await().until(() -> v0.get("/pipelines/unreadable").statusCode() == 404);
    }

    @Test
    void aRuntimeErrorPausesThePipelineAndStaysVisible() throws Exception {
        v0.create("faulty", QUICK, "SELECT CAST(n AS BIGINT) AS n FROM events");
        v0.move("faulty", "start", "Running");
        v0.ingest("faulty", "no number");
        v0.awaitStatus("faulty", "Paused");
        await().atMost(Duration.ofSeconds(60)).until(() -> v0.json("/pipelines/faulty/events/latest")
                .path("deployment_has_error")
                .asBoolean());
        JsonNode event = v0.json("/pipelines/faulty/events/latest?selector=all");
        assertThat(event.at("/deployment_error/error_code").asText()).isEqualTo("too_many_dead_letters");
        assertThat(event.path("cause").asText()).isEqualTo("too_many_dead_letters");
        v0.move("faulty", "stop?force=true", "Stopped");
        assertThat(v0.history("faulty"))
                .containsSubsequence(RUNNING, "Provisioned Provisioned Paused Paused InUse error", STOPPING);
        v0.wellFormed("faulty");
    }

    @Test
    void aPipelineThatDoesNotStartStaysFailedAndIsTriedAgainUntilItDoes() throws Exception {
        v0.create("failing", QUICK, ALL_FIELDS);
        document("failing", "s3-sink", "no-such-sink");
        assertThat(v0.post("/pipelines/failing/start").statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode event = v0.json("/pipelines/failing/events/latest?selector=all");
            assertThat(event.path("deployment_has_error").asBoolean()).isTrue();
            assertThat(event.path("deployment_resources_status").asText()).isEqualTo("Stopped");
            assertThat(event.path("deployment_resources_desired_status").asText())
                    .isEqualTo("Provisioned");
            assertThat(event.at("/deployment_error/message").asText()).contains("no-such-sink");
            assertThat(event.at("/deployment_error/details/attempt").asInt()).isGreaterThan(1);
            assertThat(event.at("/deployment_error/details/next_try").asText()).isNotBlank();
        });
        // that is data: the process lives and the API serves
        for (String probe : List.of("live", "ready")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> caravan.send(caravan.request("/observe/health/" + probe))
                                    .statusCode()
                            == 200);
        }
        assertThat(v0.json("/pipelines/failing")
                        .at("/deployment_error/error_code")
                        .asText())
                .isNotBlank();
        document("failing", "no-such-sink", "s3-sink");
        v0.awaitStatus("failing", "Running");
        v0.move("failing", "stop", "Stopped");
        assertThat(v0.history("failing"))
                .containsSubsequence(
                        STOPPED + "Cleared",
                        STARTING,
                        "Stopped Provisioned null Running InUse error",
                        STARTING,
                        RUNNING,
                        STOPPING,
                        STOPPED + "InUse");
        v0.wellFormed("failing");
    }

    /** As if a Kamelet had gone after the pipeline was stored. */
    private static void document(String pipeline, String before, String after) {
        caravan.bean(JdbcClient.class)
                .sql("""
                        UPDATE pipeline_version v SET document = replace(document::text, :before, :after)::json
                        FROM pipeline p WHERE p.id = v.pipeline AND p.name = :name""")
                .param("before", before)
                .param("after", after)
                .param("name", pipeline)
                .update();
    }

    @Test
    void whenS3IsAwayThePipelineRunsAndItsDetailsTellWhy() throws Exception {
        v0.create("stranded", QUICK, ALL_FIELDS);
        v0.move("stranded", "start", "Running");
        s3.spoil(Operation.PUT, Fault.INTERNAL_ERROR, 1, Integer.MAX_VALUE);
        try {
            v0.ingest("stranded", "1");
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                JsonNode event = v0.json("/pipelines/stranded/events/latest?selector=all");
                assertThat(event.at("/deployment_runtime_status_details/reason").asText())
                        .startsWith("s3_");
                assertThat(event.at("/deployment_runtime_status_details/attempt")
                                .asInt())
                        .isPositive();
                assertThat(event.at("/deployment_runtime_status_details/next_try")
                                .asText())
                        .isNotBlank();
                assertThat(event.path("deployment_has_error").asBoolean()).isFalse();
            });
        } finally {
            s3.heal();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> v0.json("/pipelines/stranded/events/latest?selector=all")
                .at("/deployment_runtime_status_details/reason")
                .isMissingNode());
        v0.move("stranded", "stop", "Stopped");
        v0.wellFormed("stranded");
        assertThat(v0.history("stranded"))
                .containsExactly(STOPPED + "Cleared", STARTING, RUNNING, STOPPING, STOPPED + "InUse");
    }

    @Test
    void aQuietPipelineStandsByAndWakes() throws Exception {
        String topic = Servers.newName("sleepy");
        v0.create("sleepy", Map.of("event", topic, "idle", "1s", "batch", Map.of("max_interval", "100ms")), ALL_FIELDS);
        try (var producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all")), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "{\"n\": \"1\"}")).get();
            v0.move("sleepy", "start", "Standby");
            producer.send(new ProducerRecord<>(topic, "{\"n\": \"2\"}")).get();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> v0.history("sleepy").stream()
                                    .filter(line -> line.contains("Standby"))
                                    .count()
                            > 1);
        }
        assertThat(v0.history("sleepy"))
                .containsSubsequence(
                        STARTING,
                        RUNNING,
                        "Provisioned Provisioned Standby Running InUse",
                        RUNNING,
                        "Provisioned Provisioned Standby Running InUse");
        v0.move("sleepy", "stop", "Stopped");
        v0.wellFormed("sleepy");
    }
}
