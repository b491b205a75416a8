package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletDefinition;
import dev.caravan.kamelet.KameletType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The JSON Schema of a pipeline document: the published one, and one that knows the Kamelets of a catalogue. */
final class PipelineSchema {
    /** Where a running Caravan has {@link #of}. */
    static final String PATH = "/docs/pipeline.schema.json";

    private static final String RESOURCE = "/schemas/pipeline.v1.schema.json";

    private PipelineSchema() {}

    static JsonNode published() {
        try (InputStream in = PipelineSchema.class.getResourceAsStream(RESOURCE)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in, RESOURCE));
        } catch (IOException e) {
            throw new IllegalStateException(RESOURCE + " cannot be read", e);
        }
    }

    /** With each Kamelet's name and values, for editors to complete. */
    static JsonNode of(KameletCatalog catalog) {
        ObjectNode schema = (ObjectNode) published();
        ObjectNode step = (ObjectNode) schema.at("/properties/steps/items");
        ArrayNode names = ((ObjectNode) step.at("/properties/kamelet")).putArray("enum");
        ArrayNode cases = step.putArray("allOf");
        for (KameletDefinition kamelet : catalog.all()) {
            if (kamelet.type() != KameletType.SOURCE) {
                names.add(kamelet.name());
                ObjectNode each = cases.addObject();
                each.putObject("if")
                        .putObject("properties")
                        .putObject("kamelet")
                        .put("const", kamelet.name());
                each.putObject("then").putObject("properties").set("properties", kamelet.schema());
            }
        }
        return schema;
    }
}
