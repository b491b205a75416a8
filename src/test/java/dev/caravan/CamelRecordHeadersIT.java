package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.testing.CamelNames;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kafka records whose headers Camel would obey, through a step for single messages and a sink: none has an effect. */
class CamelRecordHeadersIT {
    private static final String NAME = "poisoned";
    private static final byte[] POISON = "poison".getBytes(StandardCharsets.UTF_8);
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
    void everyRecordGoesWhereItsPipelineSaysAndIsWhatItWas() throws Exception {
        List<String> names = CamelNames.inAnyCase();
        JsonNode pipeline = caravan.operation(
                "create",
                Map.of(
                        "name",
                        NAME,
                        "options",
                        Map.of("batch", Map.of("max_interval", "2s")),
                        "steps",
                        List.of(
                                step("tag", "insert-field-action", Map.of("field", "origin", "value", "shop")),
                                step(
                                        "shape",
                                        "jq-transform-action",
                                        Map.of("expression", "{id: .id, origin: .origin}")),
                                step(
                                        "lake",
                                        "s3-sink",
                                        Map.of("bucket", "lake", "prefix", NAME, "format", "ndjson")))));
        caravan.operation("start", Map.of("pipeline", NAME));
        send(pipeline.path("topic").asText(), names);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode equation =
                    caravan.operation("monitor", Map.of("pipeline", NAME)).path("equation");
            assertThat(equation.path("rows_in").asInt()).isEqualTo(names.size() + 1);
            assertThat(equation.path("rows_out").asInt()).isEqualTo(names.size() + 1);
            assertThat(equation.path("rows_dead").asInt()).isZero();
        });
        assertThat(objects()).isNotEmpty().allSatisfy(key -> assertThat(key)
                .startsWith("lake/" + NAME + "/")
                .doesNotContain("poison/"));
    }

    private static void send(String topic, List<String> names) throws Exception {
        Map<String, Object> settings = caravan.bean(KafkaConnection.class).with(Map.of("acks", "all"));
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            ProducerRecord<String, String> all = new ProducerRecord<>(topic, "{\"id\": -1}");
            for (int i = 0; i < names.size(); i++) {
                ProducerRecord<String, String> one = new ProducerRecord<>(topic, "{\"id\": " + i + "}");
                one.headers().add(names.get(i), POISON);
                all.headers().add(names.get(i), POISON);
                producer.send(one);
            }
            producer.send(all).get();
            producer.flush();
        }
    }

    /** Every object in every bucket. */
    private static List<String> objects() throws IOException {
        Path buckets = caravan.data().resolve("s3");
        try (Stream<Path> files = Files.walk(buckets)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> buckets.relativize(file).toString())
                    .filter(key -> !key.startsWith("."))
                    .toList();
        }
    }

    private static Map<String, Object> step(String name, String kamelet, Map<String, Object> properties) {
        return Map.of("name", name, "kamelet", kamelet, "properties", properties);
    }
}
