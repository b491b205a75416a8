package dev.caravan.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
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

/** Writes compiled routes in Camel's YAML DSL, for people to read. */
final class CompiledYaml {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build());

    private CompiledYaml() {}

    static String write(CompiledPipeline pipeline) {
        try {
            List<Object> routes = new ArrayList<>(List.of(route(pipeline.source())));
            pipeline.versionRoutes().forEach(part -> routes.add(route(part)));
            return YAML.writeValueAsString(routes);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> route(CompiledRoute route) {
        Map<String, Object> from = endpoint(route.from());
        List<Object> steps = new ArrayList<>();
        route.steps().forEach(step -> steps.addAll(step(step)));
        from.put("steps", steps);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", route.id());
        body.put("errorHandler", Map.of("noErrorHandler", Map.of()));
        body.put("from", from);
        return Map.of("route", body);
    }

    private static List<Object> step(CompiledStep step) {
        if (step instanceof ToKamelet to) {
            return List.of(Map.of("to", endpoint(to.to())));
        }
        if (step instanceof ThroughBean through) {
            return List.of(process(through.bean()));
        }
        Map<String, Object> split = new LinkedHashMap<>();
        split.put("expression", Map.of("simple", "${body}"));
        split.put("aggregationStrategy", RowByRow.COLLECT);
        split.put("streaming", true);
        split.put("steps", List.of(Map.of("to", endpoint(((ForEachRow) step).to()))));
        return List.of(process(RowByRow.OPEN), Map.of("split", split), process(RowByRow.CLOSE));
    }

    private static Map<String, Object> process(String bean) {
        return Map.of("process", Map.of("ref", bean));
    }

    private static Map<String, Object> endpoint(CompiledKamelet kamelet) {
        Map<String, Object> endpoint = new LinkedHashMap<>();
        endpoint.put("uri", kamelet.uri());
        if (!kamelet.parameters().isEmpty()) {
            endpoint.put("parameters", kamelet.parameters());
        }
        return endpoint;
    }
}
