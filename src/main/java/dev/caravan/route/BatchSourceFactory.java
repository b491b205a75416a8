package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;

/** Makes the source of a pipeline known to its Kamelet. */
interface BatchSourceFactory {
    void bind(Pipeline pipeline, SourceRuntime.Versions versions, SourceControl control, SourceListener listener);

    void unbind(String pipelineId);
}
