package dev.caravan.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

class ServersIT {
    @Test
    void kafkaGivesBackWhatItAcknowledged() throws Exception {
        String topic = Servers.newName("topic");
        try (var producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all")), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "hello")).get();
        }
        Map<String, Object> settings =
                Servers.kafka().with(Map.of("group.id", Servers.newName("group"), "auto.offset.reset", "earliest"));
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            assertThat(Awaitility.await().until(() -> consumer.poll(Duration.ofMillis(200)), r -> !r.isEmpty()))
                    .singleElement()
                    .satisfies(r -> assertThat(r.value()).isEqualTo("hello"));
        }
    }

    @Test
    void postgresIsDurableAndHasTheExtensionOfTheLedger() {
        JdbcClient jdbc = JdbcClient.create(Servers.dataSource(Servers.newDatabase()));

        jdbc.sql("CREATE EXTENSION btree_gist").update();

        assertThat(jdbc.sql("SHOW fsync").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("SHOW synchronous_commit").query(String.class).single())
                .isEqualTo("on");
        assertThat(jdbc.sql("SHOW listen_addresses").query(String.class).single())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void theSecondConditionalPutOfAKeyIsRefusedAndTheMetadataOfTheFirstIsKept() {
        String key = Servers.newName("key");
        Servers.s3Client()
                .putObject(
                        r -> r.bucket(Servers.BUCKET).key(key).ifNoneMatch("*").metadata(Map.of("claim", "one")),
                        RequestBody.fromString("1"));

        assertThatThrownBy(() -> Servers.s3Client()
                        .putObject(
                                r -> r.bucket(Servers.BUCKET).key(key).ifNoneMatch("*"), RequestBody.fromString("2")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        assertThat(Servers.s3Client()
                        .headObject(r -> r.bucket(Servers.BUCKET).key(key))
                        .metadata())
                .containsEntry("claim", "one");
    }
}
