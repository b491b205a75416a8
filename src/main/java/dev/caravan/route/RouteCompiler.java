package dev.caravan.route;

import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletDefinition;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Step;
import dev.caravan.route.CompiledPipeline.CompiledKamelet;
import dev.caravan.route.CompiledPipeline.CompiledRoute;
import dev.caravan.route.CompiledPipeline.CompiledStep;
import dev.caravan.route.CompiledPipeline.ForEachRow;
import dev.caravan.route.CompiledPipeline.ThroughBean;
import dev.caravan.route.CompiledPipeline.ToKamelet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ② of 8: from what was asked for to Camel routes, the steps in their order. A pure function of the document, so that
 * the same version compiles to the same routes on every replica.
 */
final class RouteCompiler {
    static final String DISPATCH = "caravan-batch-dispatch";

    private final KameletCatalog catalog;

    RouteCompiler(KameletCatalog catalog) {
        this.catalog = catalog;
    }

    /** What of a document is told to nobody. */
    SecretValues secrets(PipelineSpec spec) {
        return SecretValues.of(spec, catalog);
    }

    CompiledPipeline compile(Pipeline pipeline) {
        List<CompiledRoute> parts = parts(pipeline);
        return new CompiledPipeline(source(pipeline), parts.get(0), parts.subList(1, parts.size()));
    }

    private static CompiledRoute source(Pipeline pipeline) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("pipeline", pipeline.id());
        parameters.put("topic", pipeline.topic());
        parameters.put("group", group(pipeline.id()));
        parameters.put("consumers", pipeline.spec().options().consumers());
        return new CompiledRoute(
                pipeline.id(),
                new CompiledKamelet("kafka-batch-source", pipeline.id() + "-source", true, parameters),
                List.of(new ThroughBean(DISPATCH)));
    }

    /** The consumer group of a pipeline: its replicas share the partitions. */
    static String group(String pipelineId) {
        return "caravan." + pipelineId;
    }

    private List<CompiledRoute> parts(Pipeline pipeline) {
        String id = stepsRoute(pipeline.id(), pipeline.version());
        List<CompiledRoute> parts = new ArrayList<>();
        List<CompiledStep> steps = new ArrayList<>();
        String part = id;
        for (Step step : pipeline.spec().steps()) {
            steps.add(step(id, step));
            if (WaitStep.isWait(step)) {
                parts.add(part(part, steps));
                steps.clear();
                part = afterRoute(id, step.name());
            }
        }
        parts.add(part(part, steps));
        return parts;
    }

    private static CompiledRoute part(String id, List<CompiledStep> steps) {
        return new CompiledRoute(id, new CompiledKamelet("direct", id, true, Map.of()), steps);
    }

    /** Where rows go on that have waited in a step. */
    static String afterRoute(String stepsRoute, String step) {
        return stepsRoute + "-after-" + step;
    }

    static String stepsRoute(String pipelineId, int version) {
        return pipelineId + "-v" + version;
    }

    private CompiledStep step(String route, Step step) {
        KameletDefinition definition = catalog.get(step.kamelet());
        Map<String, Object> parameters = new LinkedHashMap<>(step.properties());
        if (definition.parameters().containsKey("step")) {
            parameters.put("step", step.name());
        }
        CompiledKamelet kamelet =
                new CompiledKamelet(step.kamelet(), route + "-" + step.name(), definition.batch(), parameters);
        return definition.batch() ? new ToKamelet(kamelet) : new ForEachRow(kamelet);
    }
}
