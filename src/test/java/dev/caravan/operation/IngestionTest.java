package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.caravan.batch.BatchException;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpecs;
import dev.caravan.problem.Problem;
import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** What is answered for events, whatever Kafka says of them; the real one is in {@link IngestIT}. */
class IngestionTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LATER = Duration.ofSeconds(60);
    private static final Pipeline PIPELINE =
            new Pipeline("pl_1", "default", 1, PipelineSpecs.read("""
                    name: a
                    steps: [{name: lake, kamelet: s3-sink, properties: {bucket: lake, prefix: a}}]
                    """), false, null, Instant.EPOCH, Instant.EPOCH);

    private final Queue<EventsIngested> told = new ConcurrentLinkedQueue<>();
    private final MockProducer<byte[], byte[]> kafka =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

    @Test
    void theAnswerWaitsForAllAcknowledgements() {
        CompletableFuture<Ingestion.Ingested> answer = CompletableFuture.supplyAsync(
                () -> ingestion(1_000, topics -> {}).ingest(PIPELINE, events("{}\n{}\n7"), LATER));
        awaitSent(2);
        kafka.completeNext();
        assertThat(answer).isNotDone();
        kafka.completeNext();

        Ingestion.Ingested ingested = answer.join();
        assertThat(ingested.accepted()).isEqualTo(2);
        assertThat(ingested.rejected()).isEqualTo(1);
        assertThat(told).containsExactly(new EventsIngested(PIPELINE, 2, 1));
    }

    @Test
    void aMessageNamesItsTraceWhenSomebodyFollowsIt() {
        TraceContext followed = TraceContext.begin();
        for (TraceContext trace : List.of(followed, TraceContext.beginUnseen())) {
            CompletableFuture<Ingestion.Ingested> answer = CompletableFuture.supplyAsync(() -> {
                try (CurrentTrace.Scope scope = CurrentTrace.enter(trace)) {
                    return ingestion(1_000, topics -> {}).ingest(PIPELINE, events("{}"), LATER);
                }
            });
            awaitSent(trace == followed ? 1 : 2);
            kafka.completeNext();
            assertThat(answer.join().accepted()).isEqualTo(1);
        }

        Iterator<Header> headers =
                kafka.history().get(0).headers().headers(TraceContext.HEADER).iterator();
        assertThat(new String(headers.next().value(), StandardCharsets.US_ASCII))
                .isEqualTo(followed.traceparent());
        assertThat(kafka.history().get(1).headers()).isEmpty();
    }

    @Test
    void whatTheTopicDoesNotTakeIsAnErrorOfItsEvent() {
        CompletableFuture<Ingestion.Ingested> answer = CompletableFuture.supplyAsync(
                () -> ingestion(1_000, topics -> {}).ingest(PIPELINE, events("{}\n{}"), LATER));
        awaitSent(2);
        kafka.errorNext(new RecordTooLargeException());
        kafka.completeNext();

        assertThat(answer.join().accepted()).isEqualTo(1);
        assertThat(answer.join().errors()).extracting("index").containsExactly(0);
    }

    @Test
    void whatKafkaDoesNotAnswerInTimeIsUnknown() {
        Problem problem = problem(() -> ingestion(1_000, topics -> {}).ingest(PIPELINE, events("{}\n7"), SOON));

        assertThat(problem.reason()).isEqualTo(OperationReason.TIMED_OUT);
        assertThat(problem.details()).isEqualTo(Map.of("acknowledged", 0, "unknown", 1, "not_sent", 0, "rejected", 1));
    }

    @Test
    void whatIsKnownOfAnOutageIsCounted() {
        CompletableFuture<Problem> answer = CompletableFuture.supplyAsync(
                () -> problem(() -> ingestion(1_000, topics -> {}).ingest(PIPELINE, events("{}\n{}\n{}"), LATER)));
        awaitSent(3);
        kafka.completeNext();
        kafka.errorNext(new TimeoutException("expired"));
        kafka.errorNext(new TimeoutException("expired"));

        assertThat(answer.join().details())
                .isEqualTo(Map.of("acknowledged", 1, "unknown", 2, "not_sent", 0, "rejected", 0));
    }

    @Test
    void withoutATopicNothingIsSent() {
        Problem problem = problem(() -> ingestion(1_000, topics -> {
                    throw BatchException.retry("kafka_unavailable", "Kafka did not answer", null);
                })
                .ingest(PIPELINE, events("{}\n{}"), LATER));

        assertThat(problem.reason()).isEqualTo(OperationReason.TIMED_OUT);
        assertThat(problem.details()).containsEntry("not_sent", 2).containsEntry("unknown", 0);
    }

    @Test
    void roomIsGivenBackWhenKafkaHasSpokenAndNotBefore() {
        Ingestion ingestion = ingestion(150, topics -> {});
        problem(() -> ingestion.ingest(PIPELINE, events("{}"), SOON));

        Problem full = problem(() -> ingestion.ingest(PIPELINE, events("{}"), SOON));
        assertThat(full.reason()).isEqualTo(OperationReason.OVERLOADED);
        assertThat(kafka.history()).hasSize(1);

        kafka.completeNext();
        Problem slow = problem(() -> ingestion.ingest(PIPELINE, events("{}"), SOON));
        assertThat(slow.reason()).isEqualTo(OperationReason.TIMED_OUT);
    }

    @Test
    void oneCallMayBeLargerThanTheRoom() {
        CompletableFuture<Ingestion.Ingested> answer = CompletableFuture.supplyAsync(
                () -> ingestion(150, topics -> {}).ingest(PIPELINE, events("{}\n{}\n{}"), LATER));
        awaitSent(3);
        while (kafka.completeNext()) {
            // all of them
        }

        assertThat(answer.join().accepted()).isEqualTo(3);
    }

    @Test
    void aFullBufferOfTheProducerIsBackPressure() {
        MockProducer<byte[], byte[]> full =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte[], byte[]> message, Callback callback) {
                        if (history().size() < 2) {
                            return super.send(message, callback);
                        }
                        callback.onCompletion(null, new BufferExhaustedException("full"));
                        return CompletableFuture.failedFuture(new BufferExhaustedException("full"));
                    }
                };
        Ingestion ingestion = new Ingestion(() -> full, topics -> {}, room(10_000), told -> {});

        Problem problem = problem(() -> ingestion.ingest(PIPELINE, events("{}\n{}\n{}\n{}"), LATER));
        assertThat(problem.reason()).isEqualTo(OperationReason.OVERLOADED);
        assertThat(problem.details()).isEqualTo(Map.of("acknowledged", 2, "unknown", 0, "not_sent", 2, "rejected", 0));
    }

    private Ingestion ingestion(int bytes, Consumer<Pipeline> topics) {
        return new Ingestion(() -> kafka, topics, room(bytes), told::add);
    }

    private static IngestRoom room(int bytes) {
        return new IngestRoom(new IngestSettings(DataSize.ofBytes(bytes), 8));
    }

    private static CheckedEvents events(String lines) {
        return new EventReader(new EventCheck(Map.of()), null).lines(lines.getBytes(StandardCharsets.UTF_8));
    }

    private void awaitSent(int messages) {
        await().atMost(LATER).until(() -> kafka.history().size() == messages);
    }

    private static Problem problem(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(Problem.class, call);
    }
}
