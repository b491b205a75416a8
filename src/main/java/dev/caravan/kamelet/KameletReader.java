package dev.caravan.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a Kamelet's file, without making anything of its template. */
final class KameletReader {
    static final String SUFFIX = ".kamelet.yaml";

    /** A Kamelet with this label set to {@code "true"} takes and gives batches. */
    static final String BATCH_LABEL = "caravan.dev/batch";

    private static final String TYPE_LABEL = "camel.apache.org/kamelet.type";
    private static final String EXPRESSION = "urn:caravan:expression";
    private static final String BOUND = "urn:caravan:bound";
    private static final ObjectMapper YAML = new YAMLMapper();

    private KameletReader() {}

    /**
     * @param location remembered, and named when it cannot be read
     * @throws IOException when it is not a Kamelet
     */
    static KameletDefinition read(InputStream in, String location) throws IOException {
        JsonNode kamelet = YAML.readTree(in);
        String name = kamelet.path("metadata").path("name").asText();
        JsonNode labels = kamelet.path("metadata").path("labels");
        JsonNode definition = kamelet.path("spec").path("definition");
        String type = labels.path(TYPE_LABEL).asText();
        if (!"Kamelet".equals(kamelet.path("kind").asText()) || name.isEmpty() || !definition.isObject()) {
            throw new IOException("no Kamelet: it needs kind, metadata.name and spec.definition");
        }
        if (!Set.of("source", "action", "sink").contains(type)) {
            throw new IOException("the label " + TYPE_LABEL + " must be source, action or sink");
        }
        return new KameletDefinition(
                name,
                definition.path("title").asText(name),
                definition.path("description").asText(),
                KameletType.of(type),
                "true".equals(labels.path(BATCH_LABEL).asText()),
                parameters(definition),
                definition,
                location);
    }

    private static Map<String, KameletParameter> parameters(JsonNode definition) {
        Set<String> required = new TreeSet<>();
        definition.path("required").forEach(name -> required.add(name.asText()));
        Map<String, KameletParameter> parameters = new LinkedHashMap<>();
        definition.path("properties").properties().forEach(property -> {
            String name = property.getKey();
            parameters.put(name, parameter(name, property.getValue(), required.contains(name)));
        });
        return parameters;
    }

    private static KameletParameter parameter(String name, JsonNode schema, boolean required) {
        List<String> descriptors = texts(schema.path("x-descriptors"));
        return new KameletParameter(
                name,
                schema.path("title").asText(name),
                schema.path("description").asText(),
                schema.path("type").asText("string"),
                required,
                plain(schema.path("default")),
                values(schema.path("enum")),
                schema.has("minimum") ? schema.path("minimum").decimalValue() : null,
                schema.has("maximum") ? schema.path("maximum").decimalValue() : null,
                schema.has("pattern") ? schema.path("pattern").asText() : null,
                "password".equals(schema.path("format").asText()),
                descriptors.contains(EXPRESSION),
                descriptors.contains(BOUND));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static List<Object> values(JsonNode list) {
        List<Object> values = new ArrayList<>();
        list.forEach(value -> {
            Object plain = plain(value);
            if (plain != null) {
                values.add(plain);
            }
        });
        return values;
    }

    private static @Nullable Object plain(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? null : YAML.convertValue(value, Object.class);
    }
}
