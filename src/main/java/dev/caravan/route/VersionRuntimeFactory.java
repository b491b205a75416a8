package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;

/** Opens what a pipeline version needs to run. */
interface VersionRuntimeFactory {
    VersionRuntime create(Pipeline pipeline);
}
