package dev.caravan.route;

import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletDefinition;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Step;
import dev.caravan.route.CompiledPipeline.CompiledKamelet;
import dev.caravan.route.CompiledPipeline.CompiledRoute;
import dev.caravan.route.CompiledPipeline.CompiledStep;
import dev.caravan.route.CompiledPipeline.ForEachRow;
import dev.caravan.route.CompiledPipeline.ThroughBean;
import dev.caravan.route.CompiledPipeline.ToKamelet;
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

    CompiledPipeline compile(Pipeline pipeline) {
        return new CompiledPipeline(source(pipeline), steps(pipeline));
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

    private CompiledRoute steps(Pipeline pipeline) {
        String id = stepsRoute(pipeline.id(), pipeline.version());
        List<CompiledStep> steps =
                pipeline.spec().steps().stream().map(step -> step(id, step)).toList();
        return new CompiledRoute(id, new CompiledKamelet("direct", id, true, Map.of()), steps);
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
