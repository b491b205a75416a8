package dev.caravan.monitor;

import dev.caravan.monitor.FigureQueries.PipelineFigures;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The meters of each pipeline. What they show is in the ledger, so they are the same on every replica and go on after a
 * restart: take the greatest, not the sum, over replicas.
 */
final class PipelineMeters {
    private final MeterRegistry registry;
    private final Map<String, Known> known = new HashMap<>();
    private Set<String> lately = new HashSet<>();

    PipelineMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** What a pipeline's meters read. */
    private static final class Known {
        private volatile PipelineFigures figures;
        private volatile Map<String, Long> letters = Map.of();
        private volatile double lagRecords = Double.NaN;
        private volatile double lagSeconds = Double.NaN;
        private final List<Meter> meters = new ArrayList<>();
        private final Set<String> reasons = new HashSet<>();

        Known(PipelineFigures figures) {
            this.figures = figures;
        }
    }

    /** How far a pipeline is behind; not a number when that is not known. */
    record Lag(double records, double seconds) {}

    /**
     * @param letters dead letters by pipeline and reason
     * @param lags by pipeline; those that are missing are not known
     */
    void show(List<PipelineFigures> all, Map<String, Map<String, Long>> letters, Map<String, Lag> lags) {
        for (PipelineFigures figures : all) {
            Known at = known.get(figures.id());
            if (at == null || changed(at.figures, figures)) {
                remove(figures.id());
                at = new Known(figures);
                register(at);
                known.put(figures.id(), at);
            }
            at.figures = figures;
            at.letters = letters.getOrDefault(figures.id(), Map.of());
            for (String reason : at.letters.keySet()) {
                register(at, reason);
            }
            Lag lag = lags.getOrDefault(figures.id(), new Lag(Double.NaN, Double.NaN));
            at.lagRecords = lag.records();
            at.lagSeconds = lag.seconds();
        }
        Set<String> ids = all.stream().map(PipelineFigures::id).collect(java.util.stream.Collectors.toSet());
        Set<String> gone = new HashSet<>(known.keySet());
        gone.removeAll(ids);
        gone.forEach(this::remove);
        // also what was counted while it went
        lately.addAll(gone);
        if (!lately.isEmpty()) {
            registry.getMeters().stream()
                    .filter(meter ->
                            lately.contains(String.valueOf(meter.getId().getTag("pipeline"))))
                    .forEach(registry::remove);
        }
        lately = gone;
    }

    private static boolean changed(PipelineFigures before, PipelineFigures now) {
        return !before.status().equals(now.status()) || !before.name().equals(now.name());
    }

    private void remove(String id) {
        Known gone = known.remove(id);
        if (gone != null) {
            gone.meters.forEach(registry::remove);
        }
    }

    private void register(Known at) {
        PipelineFigures figures = at.figures;
        Tags tags = Tags.of("pipeline", figures.id());
        counter(at, MetricNames.RECORDS_IN, tags, PipelineFigures::in);
        counter(at, MetricNames.RECORDS_OUT, tags, PipelineFigures::out);
        counter(at, MetricNames.RECORDS_FILTERED, tags, PipelineFigures::filtered);
        counter(at, MetricNames.ROWS_WRITTEN, tags, PipelineFigures::written);
        counter(at, MetricNames.BYTES_IN, tags, PipelineFigures::bytesIn);
        counter(at, MetricNames.BYTES_OUT, tags, PipelineFigures::bytes);
        counter(at, MetricNames.FILES, tags, PipelineFigures::files);
        gauge(at, MetricNames.RECORDS_DEAD, tags, now -> now.figures.dead());
        gauge(at, MetricNames.RECORDS_PARKED, tags, now -> now.figures.parked());
        gauge(at, MetricNames.HALTED, tags, now -> now.figures.halted() ? 1 : 0);
        gauge(at, MetricNames.IMBALANCE, tags, now -> now.figures.imbalance());
        gauge(at, MetricNames.LAG_RECORDS, tags, now -> now.lagRecords);
        gauge(at, MetricNames.LAG_SECONDS, tags, now -> now.lagSeconds);
        Tags named = tags.and("name", figures.name(), "project", figures.project(), "status", figures.status());
        gauge(at, MetricNames.PIPELINE, named, now -> 1);
    }

    /** Reasons are codes of this program; there are about twenty. */
    private void register(Known at, String reason) {
        if (at.reasons.add(reason)) {
            at.meters.add(
                    FunctionCounter.builder(MetricNames.DEAD_LETTERS, at, now -> now.letters.getOrDefault(reason, 0L))
                            .tags("pipeline", at.figures.id(), "reason", reason)
                            .register(registry));
        }
    }

    private void counter(Known at, String name, Tags tags, ToDoubleFunction<PipelineFigures> figure) {
        at.meters.add(FunctionCounter.builder(name, at, now -> figure.applyAsDouble(now.figures))
                .tags(tags)
                .register(registry));
    }

    private void gauge(Known at, String name, Tags tags, ToDoubleFunction<Known> figure) {
        at.meters.add(Gauge.builder(name, at, figure).tags(tags).register(registry));
    }
}
