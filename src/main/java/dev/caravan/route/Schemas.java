package dev.caravan.route;

import dev.caravan.pipeline.PipelineStore;
import java.util.Map;
import java.util.function.Supplier;

/** The columns of a scope (messages, or what a step makes) when nobody has declared them. */
interface Schemas {
    /** @return empty when nothing is known and nothing could be inferred */
    Map<String, String> of(String pipeline, String scope, Supplier<Map<String, String>> inferred);

    /** The first that are inferred count for good, on all replicas. */
    static Schemas stored(PipelineStore store) {
        return (pipeline, scope, inferred) -> {
            Map<String, String> known = store.schema(pipeline, scope);
            Map<String, String> found = known.isEmpty() ? inferred.get() : known;
            return known.isEmpty() && !found.isEmpty() ? store.rememberSchema(pipeline, scope, found) : found;
        };
    }

    /** Those that a pipeline has stored, or what is inferred now; stores nothing. */
    static Schemas seen(PipelineStore store, String pipelineId) {
        return (ignored, scope, inferred) -> {
            Map<String, String> known = store.schema(pipelineId, scope);
            return known.isEmpty() ? inferred.get() : known;
        };
    }
}
