package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.Servers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code /api/v1/events/{pipeline_id}} as it is documented. */
class TriggerApiIT {
    private static TriggerScene scene;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(1);
    }

    @AfterAll
    static void close() throws Exception {
        scene.close();
    }

    private static String created(String name) throws Exception {
        return scene.create(name, "SELECT * FROM events", TriggerScene.options(name));
    }

    private static void answers(String body, String method, String path) throws Exception {
        HttpResponse<String> answer = scene.send(0, method, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(TriggerScene.JSON.readTree(answer.body())).isEqualTo(TriggerScene.JSON.readTree(body));
    }

    private static JsonNode refuses(int status, String reason, String method, String path) throws Exception {
        HttpResponse<String> answer = scene.send(0, method, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode body = TriggerScene.JSON.readTree(answer.body());
        assertThat(body.path("reason").asText()).isEqualTo(reason);
        assertThat(body.path("status").asInt()).isEqualTo(status);
        return body;
    }

    @Test
    void aTriggerIsStartedIsReadyAndIsStopped() throws Exception {
        String topic = Servers.newName("orders");
        String path = "/api/v1/events/" + created(topic);
        try (Publisher publisher = new Publisher(topic, 50)) {
            answers("{\"ready\": false}", "GET", path);
            answers("{\"message\": \"Event started successfully\"}", "POST", path);
            scene.awaitReady(topic);
            answers("{\"message\": \"Event deleted successfully\"}", "DELETE", path);
            answers("{\"ready\": false}", "GET", path);
            answers("{\"message\": \"Event deleted successfully\"}", "DELETE", path);
            scene.awaitStatus(topic, "stopped");
            assertThat(publisher.finish()).isPositive();
        }
    }

    /** Three times, so that a machine that is busy for a moment does not decide. */
    @Test
    void itIsReadyWithinTwoSecondsOfBeingSo() throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            millis.add(readyAfterItOwnsAll(Servers.newName("soon")));
        }
        System.out.printf("TriggerApiIT: ready %s ms after the last partition was owned%n", millis);
        assertThat(millis).allSatisfy(each -> assertThat(each).isLessThan(10_000));
        assertThat(millis.stream().sorted().toList().get(1)).isLessThan(2_000);
    }

    private static long readyAfterItOwnsAll(String topic) throws Exception {
        String pipeline = created(topic);
        JdbcClient jdbc = JdbcClient.create(Servers.dataSource(scene.database()));
        AtomicLong owned = new AtomicLong();
        AtomicLong ready = new AtomicLong();
        try (Publisher publisher = new Publisher(topic, 50)) {
            scene.start(pipeline, "");
            await("ready")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        if (owned(jdbc, pipeline) == 4) {
                            owned.compareAndSet(0, System.nanoTime());
                        }
                        return scene.ready(0, pipeline);
                    });
            ready.set(System.nanoTime());
            assertThat(owned(jdbc, pipeline))
                    .as("not ready before all are owned")
                    .isEqualTo(4);
            owned.compareAndSet(0, ready.get());
            assertThat(publisher.finish()).isPositive();
        }
        scene.stop(pipeline);
        return TimeUnit.NANOSECONDS.toMillis(ready.get() - owned.get());
    }

    private static int owned(JdbcClient jdbc, String pipeline) {
        return jdbc.sql("SELECT count(*) FROM pipeline_partition WHERE pipeline = ?")
                .param(pipeline)
                .query(Integer.class)
                .single();
    }

    @Test
    void aSlashAtTheEndMeansNothing() throws Exception {
        String path = "/api/v1/events/" + created(Servers.newName("slash")) + "/";
        answers("{\"message\": \"Event started successfully\"}", "POST", path + "?pipeline_version=1");
        answers("{\"message\": \"Event deleted successfully\"}", "DELETE", path);
        answers("{\"ready\": false}", "GET", path);
    }

    @Test
    void aPipelineWithoutAnEventOptionHasNoTrigger() throws Exception {
        String pipeline = scene.create(Servers.newName("own"), "SELECT * FROM events", Map.of());
        JsonNode problem = refuses(500, "trigger.no_event_option", "POST", "/api/v1/events/" + pipeline);
        assertThat(problem.path("detail").asText()).isEqualTo("Pipeline does not have an event option");
        assertThat(problem.path("code").asText()).isEqualTo("trigger.no_event_option");
        answers("{\"ready\": false}", "GET", "/api/v1/events/" + pipeline);
        scene.replica(0).operation("start", Map.of("pipeline", pipeline));
        answers("{\"message\": \"Event deleted successfully\"}", "DELETE", "/api/v1/events/" + pipeline);
        assertThat(scene.status(pipeline)).isEqualTo("running");
    }

    @Test
    void unknownPipelinesAndVersionsAreNotFound() throws Exception {
        for (String method : new String[] {"POST", "GET", "DELETE"}) {
            refuses(404, "pipeline.not_found", method, "/api/v1/events/pl_nobodyknowsme0");
        }
        String path = "/api/v1/events/" + created(Servers.newName("versions"));
        for (String version : new String[] {"2", "0", "-1", "latest", "99999999999", ""}) {
            refuses(404, "pipeline.version_not_found", "POST", path + "?pipeline_version=" + version);
        }
        answers("{\"ready\": false}", "GET", path);
    }

    @Test
    void aParameterThatIsNotKnownOrComesTwiceIsRefused() throws Exception {
        String path = "/api/v1/events/" + created(Servers.newName("parameters"));
        for (String query : new String[] {"?version=1", "?pipeline_version=1&pipeline_version=1"}) {
            refuses(400, "web.invalid_fields", "POST", path + query);
        }
        for (String method : new String[] {"GET", "DELETE"}) {
            refuses(400, "web.invalid_fields", method, path + "?pipeline_version=1");
        }
        answers("{\"ready\": false}", "GET", path);
    }

    @Test
    void whoHasNoKeyOrScopeIsRefused() throws Exception {
        String path = "/api/v1/events/" + created(Servers.newName("locked"));
        HttpResponse<String> answer = scene.send(0, "POST", path, "no-key-of-anybody");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }
}
