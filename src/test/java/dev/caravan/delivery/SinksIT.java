package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.Rows;
import dev.caravan.connection.S3Clients;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The sinks' Kamelets as a route uses them, on real servers. */
class SinksIT {
    @TempDir
    private Path directory;

    private final String pipeline = "pl_" + UUID.randomUUID();
    private final PartitionKey key = new PartitionKey(pipeline, "orders", 0);
    private final InMemoryLedger ledger = new InMemoryLedger(Clock.systemUTC());
    private final KafkaRows rows = new KafkaRows(Servers.kafka().with(Map.of()));
    private final List<FaultPoint> spoiled = new ArrayList<>();
    private CamelContext camel;

    @BeforeEach
    void start() throws Exception {
        DeliverySettings settings =
                new DeliverySettings(Duration.ofSeconds(20), DataSize.ofMegabytes(64), DataSize.ofMegabytes(16));
        S3Objects objects = new S3Objects(
                S3Clients.open(Servers.s3()), settings, new S3Attempts(Servers.s3(), duration -> {}), Faults.NONE);
        camel = new DefaultCamelContext();
        KameletComponent kamelets = new KameletComponent();
        kamelets.setLocation("classpath:kamelets");
        camel.addComponent("kamelet", kamelets);
        camel.getRegistry().bind("delivery", new Delivery(ledger, this::spoil));
        camel.getRegistry().bind("s3Objects", objects);
        camel.getRegistry().bind("kafkaRows", rows);
        camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        rows.close();
    }

    private void spoil(FaultPoint point) {
        if (spoiled.remove(point)) {
            throw BatchException.retry("s3_unavailable", "spoiled", null);
        }
    }

    @Test
    void aBatchBecomesAnObjectUnderItsPrefix() {
        Batch batch = batch(Batches.FixedRows.of(Map.of("", "a\nb\n")));
        Exchange done = send("s3-sink?bucket=lake&prefix=RAW(" + pipeline + "/dt={yyyy-MM-dd})", batch);
        assertThat(done.getException()).isNull();
        assertThat(batch.receipt().committed()).isTrue();
        assertThat(objects())
                .containsExactly(
                        pipeline + "/dt=2026-11-21/" + "orders-0-00000000000000000000-00000000000000000009.parquet");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void everyParameterReachesTheFiles() {
        Batches.Remembering rows = new Batches.Remembering();
        Batch batch = batch(rows);
        Exchange done = send(
                "s3-sink?bucket=lake&prefix=" + pipeline
                        + "&format=ndjson&compression=gzip&row_group_size=4096&partition_by=RAW([\"a AS x\", \"f(b, c) AS y\"])",
                batch);
        assertThat(done.getException()).isNull();
        assertThat(rows.format().extension()).isEqualTo(".ndjson.gz");
        assertThat(rows.format().rowGroupSize()).isEqualTo(4096);
        assertThat(rows.partitionBy()).containsExactly("a AS x", "f(b, c) AS y");
        assertThat(rows.metadata())
                .containsEntry("caravan.pipeline", pipeline)
                .containsEntry("caravan.version", "7")
                .containsEntry("caravan.first_offset", "0")
                .containsEntry("caravan.last_offset", "9");
    }

    @Test
    void aFailureReachesTheRouteAndLeavesNoFiles() {
        Batch batch = batch(Batches.FixedRows.of(Map.of("", "a\n")));
        spoiled.add(FaultPoint.AFTER_PUT);
        String sink = "s3-sink?bucket=lake&prefix=" + pipeline;
        assertThat(send(sink, batch).getException()).isInstanceOf(BatchException.class);
        assertThat(batch.receipt().committed()).isFalse();
        assertThat(leftovers()).isEmpty();
        assertThat(send(sink, batch).getException()).isNull();
        assertThat(objects()).hasSize(1);
    }

    @Test
    void aFolderThatMakesTheKeyTooLongPausesThePipeline() {
        Batch batch = batch(Batches.FixedRows.of(Map.of("day=" + "x".repeat(1100), "a\n")));
        Exchange done = send("s3-sink?bucket=lake&prefix=" + pipeline, batch);
        assertThat(done.getException(BatchException.class).kind()).isEqualTo(BatchException.Kind.PAUSE);
        assertThat(done.getException(BatchException.class).detail()).contains("1024 bytes", "'partition_by'");
        assertThat(ledger.files(pipeline, FileQuery.newest(1))).isEmpty();
    }

    @Test
    void everyRowIsSentWithItsKeyAndWhatRepeatsAreKnownBy() {
        String topic = Servers.newName("out");
        Batch batch = batch(Batches.FixedRows.of(
                Map.of("", "{\"a\":{\"id\":1},\"id\":7}\n{\"id\":\"x\"}\n{\"id\":null}\n{\"other\":1}\n")));
        spoiled.add(FaultPoint.AFTER_PUT);
        String sink = "kafka-sink?topic=" + topic + "&key=id";
        assertThat(send(sink, batch).getException()).isInstanceOf(BatchException.class);
        assertThat(send(sink, batch).getException()).isNull();
        assertThat(batch.receipt().committed()).isTrue();

        // at least once: the attempt that failed after sending is seen too, under the same claim and row
        List<ConsumerRecord<String, String>> records = consume(topic, 8);
        Map<String, ConsumerRecord<String, String>> byRow = new TreeMap<>();
        records.forEach(each -> byRow.put(header(each, "caravan-row"), each));
        assertThat(byRow.keySet()).containsExactly("0", "1", "2", "3");
        assertThat(byRow.values()).extracting(ConsumerRecord::key).containsExactly("7", "x", null, null);
        assertThat(byRow.get("1").value()).isEqualTo("{\"id\":\"x\"}");
        FileEntry entry = ledger.files(pipeline, FileQuery.newest(1)).get(0);
        assertThat(records)
                .extracting(each -> header(each, "caravan-claim"))
                .containsOnly(entry.claim().toString());
        assertThat(records)
                .extracting(each -> header(each, "traceparent"))
                .containsOnly(batch.trace().traceparent());
        assertThat(entry.status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(entry.target()).isEqualTo("kafka:" + topic);
        assertThat(entry.objects()).isEmpty();
        assertThat(entry.counts()).isEqualTo(new Counts(10, 4, 6, 0, 4));
    }

    private Batch batch(Rows of) {
        long epoch = ledger.own(key, "a", null).epoch();
        ledger.begin(key, epoch, 0);
        return Batches.batch(Batches.spool(directory, "orders", 0, 10), pipeline, epoch, of);
    }

    private Exchange send(String kamelet, Batch batch) {
        return camel.createFluentProducerTemplate()
                .to("kamelet:" + kamelet)
                .withBody(batch)
                .send();
    }

    private List<String> objects() {
        return Servers.s3Client()
                .listObjectsV2(list -> list.bucket(Servers.BUCKET).prefix(pipeline))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList();
    }

    private List<Path> leftovers() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("write-"))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String header(ConsumerRecord<String, String> each, String name) {
        return new String(each.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static List<ConsumerRecord<String, String>> consume(String topic, int expected) {
        Map<String, Object> settings = Servers.kafka()
                .with(Map.of("group.id", topic, "auto.offset.reset", "earliest", "enable.auto.commit", "false"));
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= expected;
            });
        }
        assertThat(records).hasSize(expected);
        return records;
    }
}
