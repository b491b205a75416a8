package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletDefinition;
import dev.caravan.kamelet.KameletParameter;
import java.util.List;

/** Hides the values of secret parameters from readers, and keeps them when a reader sends the document back. */
final class Secrets {
    static final String HIDDEN = "***";

    private final KameletCatalog catalog;

    Secrets(KameletCatalog catalog) {
        this.catalog = catalog;
    }

    /** The document of a pipeline with {@code ***} for each secret. */
    ObjectNode hide(PipelineSpec spec) {
        ObjectNode document = SpecJson.write(spec);
        for (JsonNode step : document.path("steps")) {
            for (String secret : secrets(step.path("kamelet").asText())) {
                if (step.path("properties") instanceof ObjectNode properties && properties.has(secret)) {
                    properties.put(secret, HIDDEN);
                }
            }
        }
        return document;
    }

    /** A copy in which {@code ***} in a secret is the value that the step of that name had. */
    JsonNode restore(JsonNode document, PipelineSpec before) {
        JsonNode restored = document.deepCopy();
        for (JsonNode step : restored.path("steps")) {
            for (String secret : secrets(step.path("kamelet").asText())) {
                if (step.path("properties") instanceof ObjectNode properties
                        && HIDDEN.equals(properties.path(secret).asText())) {
                    before.steps().stream()
                            .filter(old -> old.name().equals(step.path("name").asText())
                                    && old.kamelet().equals(step.path("kamelet").asText())
                                    && old.properties().containsKey(secret))
                            .forEach(old -> properties.put(
                                    secret, String.valueOf(old.properties().get(secret))));
                }
            }
        }
        return restored;
    }

    private List<String> secrets(String kamelet) {
        return catalog.find(kamelet).map(KameletDefinition::parameters).stream()
                .flatMap(parameters -> parameters.values().stream())
                .filter(KameletParameter::secret)
                .map(KameletParameter::name)
                .toList();
    }
}
