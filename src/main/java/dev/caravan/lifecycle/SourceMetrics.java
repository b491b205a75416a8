package dev.caravan.lifecycle;

import io.micrometer.core.instrument.MeterRegistry;

/** Counts what gets in the way of the pipelines of this replica; labels are ids of pipelines and codes, never texts. */
final class SourceMetrics {
    private final MeterRegistry registry;

    SourceMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void retried(String pipeline, String code) {
        registry.counter("pipeline.sink.retries", "pipeline", pipeline, "code", code)
                .increment();
    }

    void halted(String pipeline, String code) {
        registry.counter("pipeline.halts", "pipeline", pipeline, "code", code).increment();
    }

    void fenced(String pipeline) {
        registry.counter("pipeline.fenced", "pipeline", pipeline).increment();
    }

    void assigned(String pipeline) {
        registry.counter("pipeline.rebalances", "pipeline", pipeline).increment();
    }

    /** From the first look on all of them are there, with nothing counted. */
    void running(String pipeline) {
        registry.counter("pipeline.fenced", "pipeline", pipeline);
        registry.counter("pipeline.rebalances", "pipeline", pipeline);
    }
}
