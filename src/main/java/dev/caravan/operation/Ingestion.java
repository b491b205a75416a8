package dev.caravan.operation;

import dev.caravan.batch.BatchException;
import dev.caravan.operation.CheckedEvents.EventError;
import dev.caravan.operation.CheckedEvents.Fit;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.problem.Problem;
import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Puts events into a pipeline's topic; what it calls accepted is acknowledged by all in-sync replicas of Kafka. */
final class Ingestion {
    private final Supplier<Producer<byte[], byte[]>> producer;
    private final Consumer<Pipeline> topics;
    private final IngestRoom room;
    private final Consumer<EventsIngested> news;

    /**
     * @param producer with {@code acks=all} and idempotence; asked for at each call
     * @param topics makes a pipeline's own topic when it is not there
     * @param news told of each call of which something was accepted
     */
    Ingestion(
            Supplier<Producer<byte[], byte[]>> producer,
            Consumer<Pipeline> topics,
            IngestRoom room,
            Consumer<EventsIngested> news) {
        this.producer = producer;
        this.topics = topics;
        this.room = room;
        this.news = news;
    }

    /** What became of the events: each is accepted or has an error. */
    record Ingested(int accepted, int rejected, List<EventError> errors) {}

    /** @throws Problem with counts when it is not known of every event what became of it */
    Ingested ingest(Pipeline pipeline, CheckedEvents events, Duration timeout) {
        Ingested ingested = sent(pipeline, events, timeout);
        if (ingested.accepted > 0) {
            news.accept(new EventsIngested(pipeline, ingested.accepted, ingested.rejected));
        }
        return ingested;
    }

    private Ingested sent(Pipeline pipeline, CheckedEvents events, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        IngestRoom.Taken taken = room.take(events.weight());
        Acknowledgements heard = new Acknowledgements(taken::settled);
        try {
            ensureTopic(pipeline);
            send(pipeline.topic(), events.fit(), heard, deadline);
            heard.allSent();
            boolean all = heard.await(Duration.ofNanos(deadline - System.nanoTime()));
            return outcome(events, heard, all);
        } catch (KafkaException | IllegalStateException e) {
            throw notAcknowledged(reason(e), counts(events, heard));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notAcknowledged("the program ends", counts(events, heard));
        } finally {
            heard.allSent();
            taken.answered();
        }
    }

    private void ensureTopic(Pipeline pipeline) {
        try {
            topics.accept(pipeline);
        } catch (BatchException e) {
            throw new KafkaException(e.detail(), e);
        }
    }

    private void send(String topic, List<Fit> events, Acknowledgements heard, long deadline) {
        List<Header> headers = headers(CurrentTrace.get());
        for (Fit event : events) {
            producer.get()
                    .send(new ProducerRecord<>(topic, null, event.key(), event.value(), headers), heard.expect(event));
            if (heard.refusal() != null || System.nanoTime() - deadline >= 0) {
                return;
            }
        }
    }

    /** The messages go on in the trace of the call that brings them, if anybody follows it. */
    private static List<Header> headers(@Nullable TraceContext trace) {
        if (trace == null || !trace.worthCarrying()) {
            return List.of();
        }
        Header parent = header(TraceContext.HEADER, trace.traceparent());
        String state = trace.state();
        return state == null ? List.of(parent) : List.of(parent, header(TraceContext.STATE_HEADER, state));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.US_ASCII));
    }

    private static Ingested outcome(CheckedEvents events, Acknowledgements heard, boolean all) {
        if (heard.refusal() instanceof BufferExhaustedException) {
            throw IngestRoom.overloaded(counts(events, heard));
        }
        Exception failure = heard.refusal() == null ? heard.failure() : heard.refusal();
        if (failure != null) {
            throw notAcknowledged(reason(failure), counts(events, heard));
        }
        if (!all || heard.sent() < events.fit().size()) {
            throw notAcknowledged("Kafka did not acknowledge in time", counts(events, heard));
        }
        List<EventError> errors = new ArrayList<>(events.errors());
        errors.addAll(heard.errors());
        errors.sort(Comparator.comparingInt(EventError::index));
        return new Ingested(heard.acknowledged(), errors.size(), errors);
    }

    /** What is known of all events of the call; the terms add up to them. */
    private static Map<String, Object> counts(CheckedEvents events, Acknowledgements heard) {
        int acknowledged = heard.acknowledged();
        int tooLarge = heard.errors().size();
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("acknowledged", acknowledged);
        counts.put("unknown", heard.sent() - acknowledged - tooLarge);
        counts.put("not_sent", events.fit().size() - heard.sent());
        counts.put("rejected", events.errors().size() + tooLarge);
        return counts;
    }

    private static String reason(Exception cause) {
        if (cause instanceof InvalidTopicException) {
            return "Kafka refuses the topic: " + cause.getMessage();
        }
        return cause instanceof KafkaException
                ? "Kafka did not take them: " + cause.getMessage()
                : String.valueOf(cause);
    }

    private static Problem notAcknowledged(String reason, Map<String, Object> counts) {
        String message = "%s; of the events %s are accepted, %s may or may not arrive, %s were not sent."
                .formatted(reason, counts.get("acknowledged"), counts.get("unknown"), counts.get("not_sent"));
        return new Problem(OperationReason.TIMED_OUT, message, List.of(), counts);
    }
}
