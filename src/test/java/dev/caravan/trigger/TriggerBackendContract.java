package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.pipeline.Pipeline;
import dev.caravan.testing.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every back end of triggers promises. */
abstract class TriggerBackendContract {
    private static KafkaProducer<String, String> producer;
    private static GroupMembers members;

    /** A row that a pipeline has written. */
    record Row(long id, int version) {}

    abstract TriggerBackend backend();

    /** How long it may take until a back end has done what it was asked; clusters are slower than threads. */
    abstract Duration patience();

    /** A pipeline that reads the topic and writes for each message its id and the number 1; batches close soon. */
    abstract Pipeline created(String topic) throws Exception;

    /** The same one at another version, which writes the number of that version. */
    abstract Pipeline changed(Pipeline pipeline, int version) throws Exception;

    /** Everything that was written of a topic so far. */
    abstract List<Row> written(String topic) throws Exception;

    @BeforeAll
    static void open() {
        producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all", "max.in.flight.requests.per.connection", 1)),
                new StringSerializer(),
                new StringSerializer());
        members = new GroupMembers();
    }

    @AfterAll
    static void close() {
        producer.close();
        members.close();
    }

    private static void publish(String topic, long from, long to) throws Exception {
        for (long id = from; id < to; id++) {
            producer.send(new ProducerRecord<>(topic, "k" + id, "{\"id\":" + id + "}"))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    /** Calls answer soon: what they set in motion goes on by itself. */
    private void start(Pipeline pipeline, @Nullable Integer version) {
        long since = System.nanoTime();
        backend().start(new Trigger(pipeline, version), "tester");
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));
    }

    private void becomesReady(Pipeline pipeline, boolean ready) {
        await(ready ? "ready" : "not ready")
                .atMost(patience())
                .pollInterval(Duration.ofMillis(50))
                .until(() -> backend().ready(pipeline) == ready);
    }

    private void writtenOnce(String topic, long count) {
        await(count + " are written")
                .atMost(patience())
                .until(() -> written(topic).size() >= count);
        onceEach(topic, count);
    }

    private void onceEach(String topic, long count) {
        try {
            assertThat(written(topic))
                    .extracting(Row::id)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.range(0, count).boxed().toList());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneThatWasNeverStartedIsNotReadyAndCanBeStopped() throws Exception {
        Pipeline pipeline = created(Servers.newName("never"));
        assertThat(backend().ready(pipeline)).isFalse();
        backend().stop(pipeline, "tester");
        assertThat(backend().ready(pipeline)).isFalse();
    }

    @Test
    void whatIsPublishedWhileItIsReadyIsProcessedAndWhatComesWhileItIsStoppedWaits() throws Exception {
        String topic = Servers.newName("ready");
        Pipeline pipeline = created(topic);
        publish(topic, 0, 3);
        start(pipeline, null);
        becomesReady(pipeline, true);
        publish(topic, 3, 10);
        writtenOnce(topic, 10);

        backend().stop(pipeline, "tester");
        becomesReady(pipeline, false);
        await("nobody reads any more").atMost(patience()).until(() -> members.count(pipeline.id()) == 0);
        publish(topic, 10, 12);
        backend().stop(pipeline, "tester");
        assertThat(backend().ready(pipeline)).isFalse();
        onceEach(topic, 10);

        start(pipeline, null);
        writtenOnce(topic, 12);
        backend().stop(pipeline, "tester");
    }

    @Test
    void anotherStartReplacesTheSubscriptionAndKeepsItsPosition() throws Exception {
        String topic = Servers.newName("replaced");
        Pipeline first = created(topic);
        Pipeline second = changed(first, 2);
        publish(topic, 0, 4);
        start(second, null);
        writtenOnce(topic, 4);
        start(first, 1);
        becomesReady(second, true);
        publish(topic, 4, 8);
        writtenOnce(topic, 8);
        start(second, null);
        start(second, null);
        becomesReady(second, true);
        publish(topic, 8, 12);
        writtenOnce(topic, 12);

        Map<Long, Integer> versions = new TreeMap<>();
        written(topic).forEach(row -> versions.put(row.id(), row.version()));
        for (long id = 0; id < 12; id++) {
            assertThat(versions).containsEntry(id, id >= 4 && id < 8 ? 1 : 2);
        }
        backend().stop(second, "tester");
    }

    @Test
    void ofCallsAtTheSameTimeTheLastOneCounts() throws Exception {
        String topic = Servers.newName("calls");
        Pipeline pipeline = created(topic);
        publish(topic, 0, 5);
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            boolean starts = i % 2 == 0;
            calls.add(CompletableFuture.runAsync(() -> {
                if (starts) {
                    backend().start(new Trigger(pipeline, null), "tester");
                } else {
                    backend().stop(pipeline, "tester");
                }
                backend().ready(pipeline);
            }));
        }
        calls.forEach(CompletableFuture::join);
        start(pipeline, null);
        becomesReady(pipeline, true);
        publish(topic, 5, 9);
        writtenOnce(topic, 9);
        backend().stop(pipeline, "tester");
        becomesReady(pipeline, false);
    }
}
