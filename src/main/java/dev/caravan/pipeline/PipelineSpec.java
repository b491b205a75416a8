package dev.caravan.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ① of 8: what an author asks for, in the words of the pipeline document.
 *
 * @param schema columns of the messages in their order, with DuckDB types; empty when they are to be inferred
 * @param steps in the order a message passes them; the last one is the sink
 */
public record PipelineSpec(
        String name,
        @Nullable String description,
        PipelineOptions options,
        Map<String, String> schema,
        List<Step> steps) {
    public PipelineSpec {
        schema = Collections.unmodifiableMap(new LinkedHashMap<>(schema));
        steps = List.copyOf(steps);
    }
}
