package dev.caravan.lifecycle;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** What gets in the way of the pipelines of this replica, and what it holds of them; labels are ids of pipelines and codes, never texts. */
final class SourceMetrics {
    private final MeterRegistry registry;
    private final Map<String, List<Meter>> gauges = new ConcurrentHashMap<>();

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
    void running(LocalPipeline local) {
        String pipeline = local.pipeline();
        registry.counter("pipeline.fenced", "pipeline", pipeline);
        registry.counter("pipeline.rebalances", "pipeline", pipeline);
        stopped(pipeline);
        gauges.put(
                pipeline,
                List.of(
                        gauge(
                                "pipeline.stalled.seconds",
                                local,
                                now -> now.stalled().toMillis() / 1e3),
                        gauge("pipeline.buffered.bytes", local, LocalPipeline::bufferedBytes),
                        gauge("pipeline.buffered.records", local, LocalPipeline::bufferedMessages)));
    }

    /** It holds nothing any more. */
    void stopped(String pipeline) {
        List<Meter> gone = gauges.remove(pipeline);
        if (gone != null) {
            gone.forEach(registry::remove);
        }
    }

    private Gauge gauge(String name, LocalPipeline local, ToDoubleFunction<LocalPipeline> figure) {
        return Gauge.builder(name, local, figure)
                .tag("pipeline", local.pipeline())
                .strongReference(true)
                .register(registry);
    }
}
