package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.problem.Problem;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Puts events into a pipeline's topic; what it calls accepted is acknowledged by all in-sync replicas of Kafka. */
final class Ingestion {
    /** Kafka's own limit of 1 MiB is for a record with its envelope. */
    static final int MAX_BYTES = (1 << 20) - 256;

    private final Supplier<Producer<byte[], byte[]>> producer;
    private final Consumer<Pipeline> topics;

    /**
     * @param producer with {@code acks=all} and idempotence; asked for at each call
     * @param topics makes a pipeline's own topic when it is not there
     */
    Ingestion(Supplier<Producer<byte[], byte[]>> producer, Consumer<Pipeline> topics) {
        this.producer = producer;
        this.topics = topics;
    }

    /** What became of the events: each is accepted or has an error. */
    record Ingested(int accepted, int rejected, List<EventError> errors) {}

    /** @param index of the event in the call, from 0 */
    record EventError(int index, String path, String reason) {}

    private record Sent(int index, Future<RecordMetadata> acknowledgement) {}

    Ingested ingest(Pipeline pipeline, List<JsonNode> events, @Nullable String keyField, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        topics.accept(pipeline);
        EventCheck check = new EventCheck(pipeline.spec().schema());
        List<EventError> errors = new ArrayList<>();
        List<Sent> sent = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            Optional<EventCheck.Refusal> refusal = check.refusal(events.get(i));
            if (refusal.isPresent()) {
                errors.add(new EventError(i, refusal.get().path(), refusal.get().reason()));
                continue;
            }
            ProducerRecord<byte[], byte[]> message = message(pipeline.topic(), events.get(i), keyField);
            if (size(message) > MAX_BYTES) {
                errors.add(new EventError(i, "", "is larger than a message may be (" + MAX_BYTES + " bytes)"));
            } else {
                Future<RecordMetadata> acknowledgement = producer.get().send(message);
                sent.add(new Sent(i, acknowledgement));
                if (isHopeless(acknowledgement) || System.nanoTime() - deadline >= 0) {
                    break;
                }
            }
        }
        int accepted = await(sent, errors, deadline);
        int missing = events.size() - accepted - errors.size();
        if (missing > 0) {
            throw notAcknowledged("Kafka did not take the events in time", accepted, missing);
        }
        errors.sort(Comparator.comparingInt(EventError::index));
        return new Ingested(accepted, errors.size(), List.copyOf(errors));
    }

    private static ProducerRecord<byte[], byte[]> message(String topic, JsonNode event, @Nullable String keyField) {
        JsonNode key = keyField == null ? null : event.get(keyField);
        byte[] keyBytes = key == null || key.isNull()
                ? null
                : (key.isValueNode() ? key.asText().getBytes(StandardCharsets.UTF_8) : StrictJson.bytes(key));
        return new ProducerRecord<>(topic, keyBytes, StrictJson.bytes(event));
    }

    private static int size(ProducerRecord<byte[], byte[]> message) {
        return message.value().length + (message.key() == null ? 0 : message.key().length);
    }

    /** Every further message would wait as long for the same answer. */
    private static boolean isHopeless(Future<RecordMetadata> acknowledgement) {
        if (!acknowledgement.isDone()) {
            return false;
        }
        try {
            acknowledgement.get();
            return false;
        } catch (ExecutionException e) {
            return !(e.getCause() instanceof RecordTooLargeException);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static int await(List<Sent> sent, List<EventError> errors, long deadline) {
        int accepted = 0;
        for (Sent message : sent) {
            try {
                message.acknowledgement.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                accepted++;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RecordTooLargeException)) {
                    throw notAcknowledged(reason(e.getCause()), accepted, sent.size() - accepted);
                }
                errors.add(new EventError(message.index, "", "is larger than the topic allows"));
            } catch (TimeoutException e) {
                throw notAcknowledged("Kafka did not acknowledge in time", accepted, sent.size() - accepted);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw notAcknowledged("the program ends", accepted, sent.size() - accepted);
            }
        }
        return accepted;
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof InvalidTopicException) {
            return "Kafka refuses the topic: " + cause.getMessage();
        }
        return cause instanceof KafkaException ? "Kafka did not take it: " + cause.getMessage() : String.valueOf(cause);
    }

    private static Problem notAcknowledged(String reason, int accepted, int unknown) {
        return new Problem(
                OperationReason.TIMED_OUT,
                reason + "; " + accepted + " events are accepted, " + unknown + " may or may not arrive.",
                List.of(),
                Map.of("acknowledged", accepted, "unknown", unknown));
    }
}
