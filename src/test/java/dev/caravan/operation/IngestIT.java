package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import dev.caravan.testing.Collector;
import dev.caravan.testing.RunningCaravan;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code POST /pipeline/{pipeline}/ingest} from HTTP to the messages in a real Kafka. */
class IngestIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String CALLER = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static RunningCaravan caravan;
    private static Collector collector;

    @BeforeAll
    static void start() throws Exception {
        collector = new Collector();
        caravan = RunningCaravan.start(Map.of("caravan.otlp.endpoint", collector.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        collector.close();
    }

    @Test
    void linesBecomeMessagesWithTheirOwnBytes() throws Exception {
        JsonNode pipeline = create("lines");

        JsonNode answer = ok(ingest("lines", "application/x-ndjson", "{\"id\":  1}\n{\"id\":\"x\"}\n\n{\"id\":2}\n{"));

        assertThat(answer.path("accepted").asInt()).isEqualTo(2);
        assertThat(answer.path("rejected").asInt()).isEqualTo(2);
        assertThat(answer.at("/errors/0/index").asInt()).isEqualTo(1);
        assertThat(answer.at("/errors/0/path").asText()).isEqualTo("/id");
        assertThat(answer.at("/errors/0/reason").asText()).startsWith("line 2: ");
        assertThat(answer.at("/errors/1/reason").asText()).startsWith("line 5: ");
        assertThat(messages(pipeline.path("topic").asText()))
                .extracting(ConsumerRecord::value)
                .containsExactlyInAnyOrder("{\"id\":  1}", "{\"id\":2}");
    }

    @Test
    void anArrayInGzipByIdWithAKeyField() throws Exception {
        JsonNode pipeline = create("keyed");
        String body = "[{\"id\":1,\"k\":\"a\"},{\"id\":2,\"k\":\"a\"},{\"id\":3,\"k\":\"b\"}]";

        JsonNode answer = ok(caravan.send(request(pipeline.path("id").asText() + "/ingest?key_field=k")
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(zipped(body)))));

        assertThat(answer.path("accepted").asInt()).isEqualTo(3);
        List<ConsumerRecord<String, String>> messages =
                messages(pipeline.path("topic").asText());
        assertThat(messages).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("a", "a", "b");
        assertThat(messages.stream()
                        .filter(message -> message.key().equals("a"))
                        .map(ConsumerRecord::partition)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void bothEntryPointsSayTheSame() throws Exception {
        create("same");
        JsonNode byOperation = caravan.operation(
                "ingest",
                Map.of("pipeline", "same", "events", List.of(Map.of("id", "x"), Map.of("id", 1), List.of(1))));
        JsonNode byBody = ok(ingest("same", "application/json", "[{\"id\":\"x\"},{\"id\":1},[1]]"));

        assertThat(byBody).isEqualTo(byOperation);
    }

    @Test
    void aTraceGoesOnFromTheRequestToTheObjectAndTheWebhook() throws Exception {
        JsonNode pipeline = create("traced", Map.of("batch", Map.of("max_interval", "200ms")));
        subscribe("pipeline.written");

        ok(caravan.send(request("traced/ingest")
                .header("Content-Type", "application/x-ndjson")
                .header("traceparent", "00-" + CALLER + "-00f067aa0ba902b7-01")
                .header("tracestate", "vendor=1")
                .POST(BodyPublishers.ofString("{\"id\":1}\n{\"id\":2}"))));

        Collector.Span request = span(span -> span.traceId().equals(CALLER));
        assertThat(request.parent()).isEqualTo("00f067aa0ba902b7");
        assertThat(request.attributes()).containsEntry("http.response.status_code", "200");
        assertThat(messages(pipeline.path("topic").asText())).hasSize(2).allSatisfy(message -> {
            assertThat(header(message, "traceparent")).isEqualTo("00-" + CALLER + "-" + request.spanId() + "-01");
            assertThat(header(message, "tracestate")).isEqualTo("vendor=1");
        });

        caravan.operation("start", Map.of("pipeline", "traced"));
        Collector.Span batch = span(span -> !span.failed()
                && pipeline.path("id").asText().equals(span.attributes().get("caravan.pipeline")));
        assertThat(batch.links()).containsExactly(CALLER + "-" + request.spanId());
        assertThat(batch.parent()).isEmpty();
        assertThat(batch.attributes())
                .containsEntry("messaging.system", "kafka")
                .containsEntry(
                        "messaging.destination.name", pipeline.path("topic").asText())
                .containsEntry("messaging.batch.message_count", "2")
                .containsEntry("caravan.first_offset", "0")
                .containsEntry("caravan.last_offset", "1");
        String parent = "00-" + batch.traceId() + "-" + batch.spanId() + "-01";
        assertThat(objectMetadata("traced/")).containsEntry("traceparent", parent);

        await().atMost(SOON).until(() -> !collector.hooks().isEmpty());
        String told = collector.hooks().get(0).get("traceparent");
        assertThat(told).startsWith("00-" + batch.traceId() + "-");
        Collector.Span delivery = span(span -> told.contains(span.spanId()));
        assertThat(delivery.parent()).isEqualTo(batch.spanId());
        caravan.operation("stop", Map.of("pipeline", "traced"));
    }

    @Test
    void aRequestWithoutATraceOrWithAMalformedOneBeginsOne() throws Exception {
        JsonNode pipeline = create("untraced");
        ok(ingest("untraced", "application/x-ndjson", "{\"id\":1}"));
        ok(caravan.send(request("untraced/ingest")
                .header("Content-Type", "application/x-ndjson")
                .header("traceparent", "00-" + CALLER + "-0000000000000000-01")
                .POST(BodyPublishers.ofString("{\"id\":2}"))));
        caravan.operation("ingest", Map.of("pipeline", "untraced", "event", Map.of("id", 3)));

        assertThat(messages(pipeline.path("topic").asText()).stream()
                        .map(message -> header(message, "traceparent"))
                        .distinct())
                .hasSize(3)
                .allMatch(parent -> parent.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]"))
                .noneMatch(parent -> parent.contains(CALLER));
    }

    @Test
    void aPipelineThatIsGoneTakesNothing() throws Exception {
        create("gone");
        assertThat(ingest("gone", "application/x-ndjson", "{}").statusCode()).isEqualTo(200);

        caravan.operation("delete", Map.of("pipeline", "gone"));

        assertThat(ingest("gone", "application/x-ndjson", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNotForTheEndpointIsRefused() throws Exception {
        create("strict");
        assertThat(ingest("strict", "text/plain", "{}").statusCode()).isEqualTo(415);
        assertThat(ingest("strict", "application/json", "{}").statusCode()).isEqualTo(400);
        assertThat(ingest("strict", "application/x-ndjson", "x".repeat((10 << 20) + 1))
                        .statusCode())
                .isEqualTo(413);
        assertThat(caravan.send(request("strict/ingest").GET()).statusCode()).isEqualTo(405);
        assertThat(caravan.send(HttpRequest.newBuilder(caravan.address().resolve("/pipeline/strict/ingest"))
                                .POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(401);
    }

    private static void subscribe(String event) throws Exception {
        String body = JSON.writeValueAsString(Map.of("url", collector.url() + "/hook", "events", List.of(event)));
        HttpResponse<String> answer = caravan.send(caravan.request("/webhooks")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    /** The first such span, as soon as it has come. */
    private static Collector.Span span(Predicate<Collector.Span> wanted) {
        return await().atMost(SOON)
                .until(() -> collector.spans().stream().filter(wanted).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private static String header(ConsumerRecord<String, String> message, String name) {
        return new String(message.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static Map<String, String> objectMetadata(String prefix) {
        try (S3Client s3 = S3Clients.open(caravan.bean(S3Connection.class))) {
            String key = s3.listObjectsV2(list -> list.bucket("lake").prefix(prefix))
                    .contents()
                    .get(0)
                    .key();
            return s3.headObject(head -> head.bucket("lake").key(key)).metadata();
        }
    }

    private static HttpResponse<String> ingest(String pipeline, String type, String body) throws Exception {
        return caravan.send(
                request(pipeline + "/ingest").header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(String path) {
        return caravan.request("/pipeline/" + path);
    }

    private static JsonNode ok(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("data");
    }

    private static JsonNode create(String name) throws Exception {
        return create(name, Map.of());
    }

    private static JsonNode create(String name, Map<String, Object> options) throws Exception {
        Map<String, Object> sink =
                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", name));
        return caravan.operation(
                "create",
                Map.of("name", name, "options", options, "schema", Map.of("id", "BIGINT"), "steps", List.of(sink)));
    }

    private static List<ConsumerRecord<String, String>> messages(String topic) {
        KafkaConnection kafka = caravan.bean(KafkaConnection.class);
        List<ConsumerRecord<String, String>> messages = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(kafka.with(Map.of()), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long all = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            while (messages.size() < all) {
                consumer.poll(Duration.ofSeconds(1)).forEach(messages::add);
            }
        }
        return messages;
    }

    private static byte[] zipped(String body) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
