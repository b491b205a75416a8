package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.problem.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The pipelines that run in this process: their routes in the Camel context, and what those need. */
public final class PipelineRoutes implements VersionRuntimes {
    private final RouteCompiler compiler;
    private final CamelRoutes camel;
    private final PipelineStore store;
    private final VersionRuntimeFactory runtimes;
    private final BatchSourceFactory sources;
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    /** One running pipeline; versions come and go under its lock. */
    private record Running(Pipeline pipeline, SourceControl control, Map<Integer, Version> versions) {}

    private record Version(VersionRuntime runtime, CompiledPipeline compiled) {}

    PipelineRoutes(
            RouteCompiler compiler,
            CamelRoutes camel,
            PipelineStore store,
            VersionRuntimeFactory runtimes,
            BatchSourceFactory sources) {
        this.compiler = compiler;
        this.camel = camel;
        this.store = store;
        this.runtimes = runtimes;
        this.sources = sources;
    }

    /** The compiled routes as Camel YAML. */
    public String yaml(Pipeline pipeline) {
        return CompiledYaml.write(compiler.compile(pipeline));
    }

    /**
     * Starts a pipeline; it must not run here already.
     *
     * @throws Problem {@code route.not_compiled} when Camel refuses the routes; then nothing of them stays
     * @throws BatchException of kind RETRY when Kafka is away
     */
    public RunningPipeline start(Pipeline pipeline, SourceListener listener) {
        SourceControl control = new SourceControl();
        Running started = new Running(pipeline, control, new ConcurrentHashMap<>());
        if (running.putIfAbsent(pipeline.id(), started) != null) {
            throw new IllegalStateException(pipeline.id() + " runs already");
        }
        try {
            Version version = version(started, pipeline.version());
            sources.bind(pipeline, new RunningVersions(started), control, listener);
            camel.add(version.compiled().source());
            return new RunningPipeline(control, () -> stop(started));
        } catch (BatchException e) {
            stop(started);
            throw e;
        } catch (Exception e) {
            stop(started);
            throw new Problem(RouteReason.NOT_COMPILED, RouteChecks.sentence(e));
        }
    }

    private void stop(Running pipeline) {
        try {
            camel.remove(compiler.compile(pipeline.pipeline()).source());
            for (Version version : pipeline.versions().values()) {
                camel.remove(version.compiled().steps());
                version.runtime().close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(
                    "the routes of " + pipeline.pipeline().id() + " did not stop", e);
        } finally {
            sources.unbind(pipeline.pipeline().id());
            running.remove(pipeline.pipeline().id());
        }
    }

    @Override
    public VersionRuntime of(Batch batch) {
        Running pipeline = running.get(batch.pipeline());
        if (pipeline == null) {
            throw new IllegalStateException(batch.pipeline() + " does not run here");
        }
        return version(pipeline, batch.version()).runtime();
    }

    /** The steps of a version; an older one is compiled when a claim of it has to be finished. */
    private Version version(Running pipeline, int number) {
        return pipeline.versions().computeIfAbsent(number, ignored -> {
            Pipeline of = number == pipeline.pipeline().version()
                    ? pipeline.pipeline()
                    : store.version(pipeline.pipeline().id(), number);
            VersionRuntime runtime = runtimes.create(of);
            try {
                CompiledPipeline compiled = compiler.compile(of);
                camel.add(compiled.steps());
                return new Version(runtime, compiled);
            } catch (Exception e) {
                runtime.close();
                throw new IllegalStateException(RouteChecks.sentence(e), e);
            }
        });
    }

    private final class RunningVersions implements SourceRuntime.Versions {
        private final Running pipeline;

        RunningVersions(Running pipeline) {
            this.pipeline = pipeline;
        }

        @Override
        public Path directory(int version) {
            return version(pipeline, version).runtime().directory();
        }

        @Override
        public Set<MetaColumn> inlined(int version) {
            return version(pipeline, version).runtime().inlined();
        }

        @Override
        public Rows open(int version, Spool spool, Instant batchTime) {
            return version(pipeline, version).runtime().open(spool, batchTime);
        }
    }
}
