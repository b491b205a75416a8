package dev.caravan.lifecycle;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.OffsetRange;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineOptions;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.problem.Problem;
import dev.caravan.route.PipelineRoutes;
import dev.caravan.route.SourceListener;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pipelines of this replica: applies decisions to them, and keeps what their sources say. */
final class Replica implements SourceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final PipelineRoutes routes;
    private final PipelineStore pipelines;
    private final LifecycleStore store;
    private final Clock clock;
    private final PipelineDiary diary;
    private final Transitions transitions;
    private final SourceMetrics metrics;
    private final ConcurrentMap<String, LocalPipeline> locals = new ConcurrentHashMap<>();

    Replica(
            PipelineRoutes routes,
            PipelineStore pipelines,
            LifecycleStore store,
            Clock clock,
            PipelineDiary diary,
            Transitions transitions,
            SourceMetrics metrics) {
        this.routes = routes;
        this.pipelines = pipelines;
        this.store = store;
        this.clock = clock;
        this.diary = diary;
        this.transitions = transitions;
        this.metrics = metrics;
    }

    List<LifecycleStore.Local> report() {
        return locals.values().stream().map(LocalPipeline::report).toList();
    }

    /** Pipelines that run here, wanted or not. */
    List<String> names() {
        return List.copyOf(locals.keySet());
    }

    Collection<LocalPipeline> locals() {
        return locals.values();
    }

    /** Whether there is nothing to do about a pipeline, found out without a thread of its own. */
    boolean rests(String id, Optional<Desired> desired) {
        LocalPipeline local = locals.get(id);
        if (local == null) {
            return desired.isEmpty() || desired.get().status() == DesiredStatus.STOPPED;
        }
        return local.local() == Decision.Local.IDLE
                && desired.filter(wish -> wish.status() == DesiredStatus.RUNNING
                                && wish.run().equals(local.run()))
                        .isPresent();
    }

    /** Takes one pipeline one step towards what is wanted. Called by one thread at a time for a pipeline. */
    void step(String id, Optional<Desired> desired) {
        LocalPipeline local = locals.get(id);
        if (local != null) {
            storeHalt(local);
            storeDropped(local);
        }
        Decision decision = Decision.of(
                desired.orElse(null),
                local == null ? Decision.Local.NOTHING : local.local(),
                local == null ? Desired.Run.NONE : local.run());
        apply(decision, id, desired);
        if (local != null) {
            local.tidy();
        }
    }

    private void apply(Decision decision, String id, Optional<Desired> desired) {
        switch (decision) {
            case START -> start(desired.orElseThrow());
            case PAUSE -> {
                local(id).pause();
                LOG.info("{} paused", local(id).name());
                diary.paused(id);
            }
            case RESUME -> {
                if (local(id).resume(desired.orElseThrow())) {
                    LOG.info("{} resumed", local(id).name());
                    diary.resumed(id);
                }
            }
            case SWITCH -> switchTo(local(id), desired.orElseThrow().run());
            case DRAIN -> local(id).drain();
            case CLOSE -> close(id);
            case SLEEP -> {
                local(id).sleep();
                LOG.info("{} is idle: its topic is quiet", local(id).name());
            }
            case NOTHING -> {
                if (desired.isEmpty() || desired.get().status() == DesiredStatus.STOPPED) {
                    locals.computeIfPresent(id, (key, local) -> local.local() == Decision.Local.NOTHING ? null : local);
                }
            }
        }
    }

    private LocalPipeline local(String id) {
        return java.util.Objects.requireNonNull(locals.get(id));
    }

    private void start(Desired desired) {
        LocalPipeline known = locals.get(desired.pipeline());
        if (known != null && known.run().equals(desired.run()) && !known.tryStartAgain()) {
            return;
        }
        Pipeline pipeline = pipelines.version(desired.pipeline(), desired.run().version());
        LocalPipeline local = new LocalPipeline(
                pipeline.id(), pipeline.spec().name(), pipeline.topic(), idleAfter(pipeline), desired.run(), clock);
        if (known != null && known.run().equals(desired.run())) {
            local.goesOnFrom(known.trouble());
        }
        locals.put(pipeline.id(), local);
        try {
            boolean paused = desired.status() == DesiredStatus.PAUSED;
            metrics.running(local);
            local.started(routes.start(pipeline, this), desired);
            LOG.info("{} v{} {}", pipeline.spec().name(), pipeline.version(), paused ? "is paused" : "started");
            diary.started(pipeline.id(), pipeline.version(), paused);
        } catch (Problem e) {
            refused(local, e.reason().id(), e.detail());
        } catch (BatchException e) {
            refused(local, e.reason(), e.detail());
        } catch (RuntimeException e) {
            LOG.debug("Cause", e);
            refused(local, "route.not_started", String.valueOf(e.getMessage()));
        }
    }

    private static Duration idleAfter(Pipeline pipeline) {
        PipelineOptions options = pipeline.spec().options();
        return options.idles() ? options.idle() : Duration.ZERO;
    }

    /** The ledger refuses what the version before would claim, so nothing is lost by closing at once what cannot follow. */
    private void switchTo(LocalPipeline local, Desired.Run wanted) {
        if (!local.switchDue()) {
            return;
        }
        int before = local.version();
        Pipeline next = pipelines.version(local.pipeline(), wanted.version());
        try {
            if (local.switchTo(next, wanted)) {
                LOG.info("{} goes on with v{} after v{}", next.spec().name(), next.version(), before);
                diary.switched(next.id(), next.version(), before);
            } else {
                close(next.id());
            }
        } catch (IllegalStateException e) {
            local.switchRefused(retry(local));
            refused(local, "route.not_compiled", String.valueOf(e.getMessage()));
        }
    }

    private void refused(LocalPipeline local, String reason, String message) {
        Duration retry = retry(local);
        if (local.delayed(reason, message, retry)) {
            diary.refused(local.pipeline(), local.version(), reason, message);
        }
        LOG.warn(
                "{} v{} does not start, next try in {} s: {}",
                local.name(),
                local.version(),
                retry.toSeconds(),
                message);
    }

    /** A second at first, then twice as long each time, up to a minute. */
    private static Duration retry(LocalPipeline local) {
        int doublings = Math.min(local.attempts(), 10);
        Duration next = FIRST_RETRY.multipliedBy(1L << doublings);
        return next.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : next;
    }

    private void close(String id) {
        LocalPipeline local = locals.get(id);
        if (local != null) {
            local.close();
            storeDropped(local);
            locals.remove(id);
            metrics.stopped(id);
            LOG.info("{} stopped", local.name());
            diary.stopped(id);
        }
    }

    /** Closes everything at once: the program ends. What is not committed is read again later. */
    void closeAll() {
        locals.values().parallelStream().forEach(LocalPipeline::close);
        locals.clear();
    }

    private void storeHalt(LocalPipeline local) {
        LocalPipeline.Trouble halt = local.takeHalt();
        if (halt != null) {
            try {
                transitions.halt(local.pipeline(), local.wish(), halt.reason(), halt.message());
            } catch (RuntimeException e) {
                local.returnHalt(halt);
                throw e;
            }
        }
    }

    private void storeDropped(LocalPipeline local) {
        for (var next = local.nextDropped(); next != null; next = local.nextDropped()) {
            store.dropped(local.pipeline(), next.reason(), next.message());
            local.droppedStored();
        }
    }

    /** As people know it; by its id when it does not run here any more. */
    private String named(String pipeline) {
        LocalPipeline local = locals.get(pipeline);
        return local == null ? pipeline : local.name();
    }

    private void tell(String pipeline, Consumer<LocalPipeline> news) {
        LocalPipeline local = locals.get(pipeline);
        if (local != null) {
            news.accept(local);
        }
    }

    @Override
    public void assigned(String pipeline, int partitions) {
        metrics.assigned(pipeline);
        tell(pipeline, LocalPipeline::assigned);
    }

    @Override
    public void committed(String pipeline, OffsetRange range) {
        tell(pipeline, LocalPipeline::fine);
    }

    @Override
    public void delayed(String pipeline, String reason, String message, Duration nextTry) {
        metrics.retried(pipeline, reason);
        tell(pipeline, local -> {
            if (local.delayed(reason, message, nextTry)) {
                LOG.warn("{} waits and tries again by itself: {}", local.name(), message);
                diary.delayed(pipeline, reason, message);
            } else {
                LOG.debug("{} waits {} ms: {}", local.name(), nextTry.toMillis(), message);
            }
        });
    }

    @Override
    public void halted(String pipeline, String reason, String message) {
        metrics.halted(pipeline, reason);
        LOG.error("{} paused: {}", named(pipeline), message);
        diary.halted(pipeline, reason, message);
        tell(pipeline, local -> local.halted(reason, message));
    }

    @Override
    public void dropped(String pipeline, String reason, String message) {
        LOG.warn(
                "{} stops without an open batch, which is read again after the next start: {}",
                named(pipeline),
                message);
        diary.dropped(pipeline, reason, message);
        tell(pipeline, local -> local.dropped(reason, message));
    }

    @Override
    public void signalsRefused(String pipeline, String message) {
        diary.signalsRefused(pipeline, message);
    }

    @Override
    public void fenced(String pipeline, String message) {
        metrics.fenced(pipeline);
        LOG.warn("{} was fenced: {}", named(pipeline), message);
        diary.fenced(pipeline, message);
    }
}
