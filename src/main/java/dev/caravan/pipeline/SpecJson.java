package dev.caravan.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pipeline as JSON in the document's words, defaults written out; and back from a document that has been checked. */
final class SpecJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> VALUES = new TypeReference<>() {};

    private SpecJson() {}

    static ObjectNode write(PipelineSpec spec) {
        ObjectNode document = JSON.createObjectNode();
        document.put("name", spec.name());
        if (spec.description() != null) {
            document.put("description", spec.description());
        }
        document.set("options", write(spec.options()));
        if (!spec.schema().isEmpty()) {
            document.set("schema", JSON.valueToTree(spec.schema()));
        }
        ArrayNode steps = document.putArray("steps");
        for (Step step : spec.steps()) {
            ObjectNode each = steps.addObject();
            each.put("name", step.name());
            each.put("kamelet", step.kamelet());
            each.set("properties", JSON.valueToTree(step.properties()));
        }
        return document;
    }

    private static ObjectNode write(PipelineOptions options) {
        ObjectNode written = JSON.createObjectNode();
        if (options.event() != null) {
            written.put("event", options.event());
        }
        written.put("start_from", options.startFrom().wireName());
        ObjectNode batch = written.putObject("batch");
        batch.put("max_events", options.batch().maxEvents());
        batch.put("max_bytes", Amounts.write(options.batch().maxBytes()));
        batch.put("max_interval", Amounts.write(options.batch().maxInterval()));
        written.put("consumers", options.consumers());
        written.put("run", options.run().wireName());
        if (options.event() != null) {
            written.put("idle", Amounts.write(options.idle()));
        }
        Signals signals = options.signals();
        if (signals != null) {
            written.set("signals", write(signals));
        }
        return written;
    }

    private static ObjectNode write(Signals signals) {
        ObjectNode written = JSON.createObjectNode();
        written.put("topic", signals.topic());
        written.put("key", signals.key());
        if (signals.payload() != null) {
            written.put("payload", signals.payload());
        }
        return written.put("buffer", Amounts.write(signals.buffer()));
    }

    static String text(JsonNode document) {
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static PipelineSpec read(String text) {
        try {
            return read(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored pipeline is not JSON", e);
        }
    }

    /** @param document one that kept to all rules */
    static PipelineSpec read(JsonNode document) {
        List<Step> steps = new ArrayList<>();
        document.path("steps").forEach(step -> steps.add(step(step)));
        return new PipelineSpec(
                document.path("name").asText(),
                text(document, "description"),
                options(document.path("options")),
                columns(document.path("schema")),
                steps);
    }

    /** @param step one that kept to the rules of its shape */
    static Step step(JsonNode step) {
        return new Step(step.path("name").asText(), step.path("kamelet").asText(), values(step.path("properties")));
    }

    private static PipelineOptions options(JsonNode options) {
        PipelineOptions defaults = PipelineOptions.DEFAULTS;
        return new PipelineOptions(
                text(options, "event"),
                StartFrom.of(
                        options.path("start_from").asText(defaults.startFrom().wireName())),
                batch(options.path("batch")),
                options.path("consumers").asInt(defaults.consumers()),
                RunMode.of(options.path("run").asText(defaults.run().wireName())),
                options.has("idle") ? Amounts.duration(options.path("idle").asText()) : defaults.idle(),
                options.has("signals") ? signals(options.path("signals")) : null);
    }

    private static Signals signals(JsonNode signals) {
        return new Signals(
                signals.path("topic").asText(),
                signals.path("key").asText(),
                text(signals, "payload"),
                signals.has("buffer") ? Amounts.duration(signals.path("buffer").asText()) : Signals.DEFAULT_BUFFER);
    }

    private static BatchLimits batch(JsonNode batch) {
        BatchLimits defaults = BatchLimits.DEFAULTS;
        JsonNode bytes = batch.path("max_bytes");
        Duration interval = batch.has("max_interval")
                ? Amounts.duration(batch.path("max_interval").asText())
                : defaults.maxInterval();
        return new BatchLimits(
                batch.path("max_events").asInt(defaults.maxEvents()),
                bytes.isTextual() ? Amounts.bytes(bytes.textValue()) : bytes.asLong(defaults.maxBytes()),
                interval);
    }

    private static @Nullable String text(JsonNode object, String member) {
        return object.has(member) ? object.path(member).asText() : null;
    }

    static Map<String, String> columns(JsonNode schema) {
        Map<String, String> columns = new LinkedHashMap<>();
        schema.properties()
                .forEach(
                        column -> columns.put(column.getKey(), column.getValue().asText()));
        return columns;
    }

    private static Map<String, Object> values(JsonNode properties) {
        return properties.isObject() ? JSON.convertValue(properties, VALUES) : Map.of();
    }
}
