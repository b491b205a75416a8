package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Replicas of the whole program in the test's JVM over one Kafka, PostgreSQL and S3, and clients of their triggers. */
final class TriggerScene implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final List<RunningCaravan> replicas = new ArrayList<>();
    private final DatabaseConnection database = Servers.newDatabase();

    TriggerScene(int count) throws IOException {
        this(count, Map.of());
    }

    TriggerScene(int count, Map<String, String> more) throws IOException {
        for (int i = 0; i < count; i++) {
            replicas.add(RunningCaravan.start(settings(more)));
        }
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>(Servers.settings(database));
        settings.putAll(more);
        return settings;
    }

    RunningCaravan replica(int index) {
        return replicas.get(index);
    }

    int replicas() {
        return replicas.size();
    }

    DatabaseConnection database() {
        return database;
    }

    /** Writes NDJSON to the prefix of its name; gives its id. */
    String create(String name, String query, Map<String, Object> options) throws Exception {
        return replica(0)
                .operation("create", document(name, query, options))
                .path("id")
                .asText();
    }

    static Map<String, Object> document(String name, String query, Map<String, Object> options) {
        Map<String, Object> lake =
                Map.of("bucket", Servers.BUCKET, "prefix", name, "format", "ndjson", "compression", "none");
        return Map.of(
                "name",
                name,
                "options",
                options,
                "schema",
                Map.of("id", "BIGINT"),
                "steps",
                List.of(
                        Map.of(
                                "name",
                                "query",
                                "kamelet",
                                "sql-transform-action",
                                "properties",
                                Map.of("query", query)),
                        Map.of("name", "lake", "kamelet", "s3-sink", "properties", lake)));
    }

    /** Options of a pipeline whose batches close soon. */
    static Map<String, Object> options(String topic) {
        return Map.of("event", topic, "batch", Map.of("max_interval", "100ms"));
    }

    HttpResponse<String> send(int replica, String method, String path) throws Exception {
        return send(replica, method, path, RunningCaravan.ADMIN_KEY);
    }

    HttpResponse<String> send(int replica, String method, String path, String key) throws Exception {
        return ContractHttp.send(
                HttpRequest.newBuilder(replica(replica).address().resolve(path))
                        .header("Authorization", "Bearer " + key)
                        .timeout(Duration.ofSeconds(60))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build());
    }

    void start(String pipeline, String query) throws Exception {
        HttpResponse<String> answer = send(0, "POST", "/api/v1/events/" + pipeline + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    void stop(String pipeline) throws Exception {
        assertThat(send(0, "DELETE", "/api/v1/events/" + pipeline).statusCode()).isEqualTo(200);
    }

    boolean ready(int replica, String pipeline) throws Exception {
        HttpResponse<String> answer = send(replica, "GET", "/api/v1/events/" + pipeline);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("ready").asBoolean();
    }

    void awaitReady(String pipeline) {
        await("ready")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> ready(0, pipeline));
    }

    void awaitStatus(String pipeline, String status) {
        await(status)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> status(pipeline).equals(status));
    }

    String status(String pipeline) throws Exception {
        return replica(0)
                .operation("get", Map.of("pipeline", pipeline))
                .path("status")
                .asText();
    }

    /** All rows in S3 of a pipeline. */
    static List<JsonNode> rows(String prefix) {
        List<JsonNode> rows = new ArrayList<>();
        Servers.s3Client()
                .listObjectsV2Paginator(
                        request -> request.bucket(Servers.BUCKET).prefix(prefix + "/"))
                .contents()
                .stream()
                // one that is being written is listed under another name, for a moment even beside itself
                .filter(object -> object.key().endsWith(".ndjson"))
                .forEach(object -> rows.addAll(rows(object)));
        return rows;
    }

    private static List<JsonNode> rows(S3Object object) {
        List<JsonNode> rows = new ArrayList<>();
        String text;
        try {
            text = Servers.s3Client()
                    .getObjectAsBytes(request -> request.bucket(Servers.BUCKET).key(object.key()))
                    .asString(StandardCharsets.UTF_8);
        } catch (NoSuchKeyException e) {
            // listed under the name that it has while it is written
            return rows;
        }
        try (var values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
            values.forEachRemaining(rows::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        for (RunningCaravan replica : replicas) {
            replica.close();
        }
    }
}
