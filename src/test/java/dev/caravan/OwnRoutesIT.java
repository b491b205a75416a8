package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that a user drops in: a plain Camel route, a pipeline, and a Kamelet that is a step of it. */
class OwnRoutesIT {
    private static final String KAMELET = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: shout-action
              labels: {camel.apache.org/kamelet.type: action}
            spec:
              definition:
                title: Shout
                description: Writes the word in capital letters, with something behind it.
                type: object
                required: [ending]
                properties:
                  ending: {title: Ending, description: What stands behind the word., type: string}
              template:
                from:
                  uri: "kamelet:source"
                  steps:
                    - setBody:
                        jq:
                          expression: '. + {"loud": ((.word | ascii_upcase) + "{{ending}}")}'
                          resultType: java.lang.String
            """;
    private static final String ROUTE = """
            - route:
                id: own-route
                from:
                  uri: "kafka:words-in"
                  parameters: {groupId: own-route, autoOffsetReset: earliest}
                  steps:
                    - to: "kafka:words"
            """;
    private static final String PIPELINE = """
            name: words
            options: {event: words, batch: {max_interval: 500ms}}
            schema: {word: VARCHAR}
            steps:
              - name: loud
                kamelet: shout-action
                properties: {ending: "!"}
              - name: lake
                kamelet: s3-sink
                properties: {bucket: lake, prefix: words}
            """;

    @Test
    void aMessagePassesAPlainRouteAPipelineOfAFileAndAKameletOfTheUser(@TempDir Path own) throws Exception {
        Path kamelets = Files.createDirectories(own.resolve("kamelets"));
        Path pipelines = Files.createDirectories(own.resolve("routes/pipelines"));
        Files.writeString(kamelets.resolve("shout-action.kamelet.yaml"), KAMELET);
        Files.writeString(own.resolve("routes/words.camel.yaml"), ROUTE);
        Files.writeString(pipelines.resolve("words.yaml"), PIPELINE);
        try (RunningCaravan caravan = RunningCaravan.start(Map.of(
                "caravan.kamelets.dir", kamelets.toString(),
                "caravan.routes.dir", own.resolve("routes").toString()))) {
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                    caravan.bean(KafkaConnection.class).with(Map.of()),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.send(new ProducerRecord<>("words-in", "{\"word\": \"hello\"}"))
                        .get();
            }
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(caravan.rows("words", "word, loud"))
                    .containsExactly(List.of("hello", "HELLO!")));
            allFaultsOfADocumentAreSaidAtOnce(caravan);
            JsonNode schema = new ObjectMapper().readTree(get(caravan, "/docs/pipeline.schema.json"));
            assertThat(schema.at("/properties/steps/items/properties/kamelet/enum"))
                    .extracting(JsonNode::asText)
                    .contains("s3-sink", "shout-action");
        }
    }

    /** As an editor asks, without a key. */
    private static String get(RunningCaravan caravan, String path) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(caravan.address().resolve(path)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /** Its name has a capital letter, and its query reads a table that is none. */
    private static void allFaultsOfADocumentAreSaidAtOnce(RunningCaravan caravan) throws Exception {
        Map<String, Object> query = Map.of("query", "SELECT * FROM nowhere");
        HttpResponse<String> refused = caravan.post(
                "create",
                Map.of(
                        "name",
                        "Words",
                        "steps",
                        List.of(
                                Map.of("name", "query", "kamelet", "sql-transform-action", "properties", query),
                                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake")))));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("/name", "/steps/0/properties/query");
    }
}
