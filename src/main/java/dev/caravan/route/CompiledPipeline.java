package dev.caravan.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pipeline version becomes in Camel: a source route, the same for all versions, and a route with the version's
 * steps, in parts: a step where rows wait ends one, and what has waited begins at the next. Values of the author stand in {@code parameters} only; running them, they are bound beans.
 */
record CompiledPipeline(CompiledRoute source, CompiledRoute steps, List<CompiledRoute> resumed) {
    CompiledPipeline {
        resumed = List.copyOf(resumed);
    }

    /** The routes of the version: from the first step on, and from each step on where rows go on that have waited. */
    List<CompiledRoute> versionRoutes() {
        List<CompiledRoute> all = new ArrayList<>(List.of(steps));
        all.addAll(resumed);
        return all;
    }

    /** A route of Kamelets. */
    record CompiledRoute(String id, CompiledKamelet from, List<CompiledStep> steps) {
        CompiledRoute {
            steps = List.copyOf(steps);
        }
    }

    /**
     * A Kamelet with its values.
     *
     * @param routeId id of the route that Camel makes of it
     * @param batch whether it takes batches, as all of ours do
     */
    record CompiledKamelet(String kamelet, String routeId, boolean batch, Map<String, Object> parameters) {
        CompiledKamelet {
            parameters = new LinkedHashMap<>(parameters);
        }

        String uri() {
            return kamelet.equals("direct") ? "direct:" + routeId : "kamelet:" + kamelet + "/" + routeId;
        }
    }

    /** One node of a steps route. */
    sealed interface CompiledStep {}

    /** The batch goes through a Kamelet of ours. */
    record ToKamelet(CompiledKamelet to) implements CompiledStep {}

    /** Each row goes through a Kamelet that knows single messages. */
    record ForEachRow(CompiledKamelet to) implements CompiledStep {}

    /** The batch goes through a bean of ours. */
    record ThroughBean(String bean) implements CompiledStep {}

    /** All Kamelets, in order. */
    List<CompiledKamelet> kamelets() {
        List<CompiledKamelet> all = new ArrayList<>();
        all.add(source.from());
        for (CompiledRoute route : versionRoutes()) {
            for (CompiledStep step : route.steps()) {
                if (step instanceof ToKamelet to) {
                    all.add(to.to());
                } else if (step instanceof ForEachRow forEach) {
                    all.add(forEach.to());
                }
            }
        }
        return all;
    }
}
