package dev.caravan.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.pipeline.Signals;
import dev.caravan.problem.Problem;
import dev.caravan.trace.TraceContext;
import dev.caravan.wait.EventKey;
import dev.caravan.wait.TopicSignals;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Finds key and payload of the event in a message. */
final class SignalMessage {
    private final KeyTemplate key;
    private final List<String> payload;
    private final Duration buffer;

    /** @throws IllegalArgumentException when key or payload are no templates */
    SignalMessage(Signals signals) {
        key = KeyTemplate.parse(signals.key());
        payload = signals.payload() == null
                ? List.of()
                : KeyTemplate.parse(signals.payload()).fields().get(0);
        buffer = signals.buffer();
    }

    /** @throws Problem when the message tells of no event */
    TopicSignals.Signal read(ConsumerRecord<byte[], byte[]> record, Instant now) {
        byte[] message = record.value();
        if (message == null) {
            throw new Problem(RouteReason.NO_SIGNAL, "The message has no value.");
        }
        JsonNode json = StrictJson.object(message);
        String found = key.of(json)
                .orElseThrow(() -> new Problem(
                        RouteReason.NO_SIGNAL, "A field of the key is missing, or is no text, number or boolean."));
        Optional<String> fault = EventKey.fault(found);
        if (fault.isPresent()) {
            throw new Problem(RouteReason.NO_SIGNAL, "The key " + fault.get() + ".");
        }
        JsonNode value = json;
        for (String name : payload) {
            value = value.path(name);
        }
        if (value.isMissingNode()) {
            throw new Problem(RouteReason.NO_SIGNAL, "The field " + String.join(".", payload) + " is missing.");
        }
        Instant end = Instant.ofEpochMilli(record.timestamp()).plus(buffer);
        long left = Math.max(0, Math.min(Duration.between(now, end).toSeconds(), buffer.toSeconds()));
        String text = new String(StrictJson.bytes(value), StandardCharsets.UTF_8);
        return new TopicSignals.Signal(found, text, (int) left, trace(record));
    }

    private static @Nullable String trace(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(TraceContext.HEADER);
        TraceContext context = header == null || header.value() == null
                ? null
                : TraceContext.parse(new String(header.value(), StandardCharsets.ISO_8859_1));
        return context == null ? null : context.traceparent();
    }
}
