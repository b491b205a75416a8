package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
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
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code POST /pipeline/{pipeline}/ingest} from HTTP to the messages in a real Kafka. */
class IngestIT {
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
        Map<String, Object> sink =
                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", name));
        return caravan.operation(
                "create", Map.of("name", name, "schema", Map.of("id", "BIGINT"), "steps", List.of(sink)));
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
