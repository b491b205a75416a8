package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.SchemaCheck;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.List;

/** From a document to what it asks for, or to everything that is wrong with it at once. */
public final class PipelineRules {
    private static final SchemaCheck SHAPE = new SchemaCheck(PipelineSchema.published());

    private final StepRules steps;
    private final PipelineCheck check;

    public PipelineRules(KameletCatalog catalog, PipelineCheck check) {
        this.steps = new StepRules(catalog);
        this.check = check;
    }

    /** @throws Problem {@code pipeline.invalid} with all violations */
    public PipelineSpec read(PipelineDocument document) {
        JsonNode root = document.root();
        List<Violation> violations = new ArrayList<>(SHAPE.check(root, ""));
        violations.addAll(OptionRules.check(root.path("options")));
        violations.addAll(SchemaRules.check(root.path("schema")));
        violations.addAll(steps.check(root.path("steps")));
        if (!violations.isEmpty()) {
            violations.addAll(values(root.path("steps"), violations));
            throw document.invalid(violations);
        }
        PipelineSpec spec = SpecJson.read(root);
        violations.addAll(check.check(spec));
        if (!violations.isEmpty()) {
            throw document.invalid(violations);
        }
        return spec;
    }

    /** What is wrong with the values of steps whose shape is right, so that nobody learns it only after the next try. */
    private List<Violation> values(JsonNode steps, List<Violation> known) {
        List<Violation> found = new ArrayList<>();
        for (int i = 0; steps.isArray() && i < steps.size(); i++) {
            String at = "/steps/" + i;
            if (known.stream().noneMatch(fault -> isOfShape(fault.path(), at))) {
                found.addAll(check.check(at + "/properties", SpecJson.step(steps.path(i))));
            }
        }
        return found;
    }

    private static boolean isOfShape(String path, String step) {
        return path.equals(step) || path.equals(step + "/kamelet") || (path + "/").startsWith(step + "/properties/");
    }
}
