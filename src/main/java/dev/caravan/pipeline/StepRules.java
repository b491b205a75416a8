package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletDefinition;
import dev.caravan.kamelet.KameletType;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What steps must keep to: known Kamelets in places where they can stand, with values that they take. */
final class StepRules {
    /** The table of a batch, and the name under which the columns of the messages are remembered. */
    private static final Set<String> RESERVED = Set.of("events", "messages");

    private final KameletCatalog catalog;

    StepRules(KameletCatalog catalog) {
        this.catalog = catalog;
    }

    /** @param steps the member {@code steps} of the document, whatever it is */
    List<Violation> check(JsonNode steps) {
        List<Violation> violations = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < steps.size(); i++) {
            JsonNode step = steps.path(i);
            String at = "/steps/" + i;
            name(step.path("name"), at + "/name", names, violations);
            if (step.path("kamelet").isTextual()) {
                kamelet(step, at, i == steps.size() - 1, violations);
            }
        }
        return violations;
    }

    private static void name(JsonNode name, String at, Set<String> names, List<Violation> violations) {
        if (!name.isTextual()) {
            return;
        }
        if (!names.add(name.textValue())) {
            violations.add(new Violation(at, "two steps are named '" + name.textValue() + "': rename one"));
        }
        if (RESERVED.contains(name.textValue())) {
            violations.add(new Violation(at, "'" + name.textValue() + "' is reserved: give the step another name"));
        }
    }

    private void kamelet(JsonNode step, String at, boolean last, List<Violation> violations) {
        String name = step.path("kamelet").textValue();
        Optional<KameletDefinition> found = catalog.find(name);
        if (found.isEmpty()) {
            violations.add(new Violation(at + "/kamelet", catalog.unknown(name)));
            return;
        }
        KameletDefinition kamelet = found.get();
        place(kamelet, last).ifPresent(fault -> violations.add(new Violation(at + "/kamelet", fault)));
        JsonNode properties = step.path("properties");
        if (properties.isObject()) {
            violations.addAll(kamelet.check(properties, at + "/properties"));
        } else if (properties.isMissingNode()) {
            violations.addAll(kamelet.check(JsonNodeFactory.instance.objectNode(), at));
        }
    }

    private static Optional<String> place(KameletDefinition kamelet, boolean last) {
        String name = kamelet.name();
        if (kamelet.type() == KameletType.SOURCE) {
            return Optional.of(name + " is a source, not a step: name the topic in options / event");
        }
        if (kamelet.type() == KameletType.SINK && !last) {
            return Optional.of(name + " is a sink: a pipeline has one, as its last step");
        }
        if (kamelet.type() == KameletType.ACTION && last) {
            return Optional.of(name + " is not a sink: the last step must be one, such as s3-sink");
        }
        if (kamelet.type() == KameletType.SINK && !kamelet.batch()) {
            return Optional.of(name + " takes single messages: the sink must take batches, such as s3-sink");
        }
        return Optional.empty();
    }
}
