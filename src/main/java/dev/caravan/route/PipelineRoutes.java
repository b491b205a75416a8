package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.problem.Problem;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The pipelines that run in this process: their routes in the Camel context, and what those need. */
public final class PipelineRoutes implements VersionRuntimes {
    private final RouteCompiler compiler;
    private final CamelRoutes camel;
    private final PipelineStore store;
    private final VersionRuntimeFactory runtimes;
    private final BatchSourceFactory sources;
    private final SignalReaders signals;
    private final Map<String, VersionRuntime> trials = new ConcurrentHashMap<>();
    private final Map<String, RunningVersions> running = new ConcurrentHashMap<>();

    PipelineRoutes(
            RouteCompiler compiler,
            CamelRoutes camel,
            PipelineStore store,
            VersionRuntimeFactory runtimes,
            BatchSourceFactory sources,
            SignalReaders signals) {
        this.compiler = compiler;
        this.camel = camel;
        this.store = store;
        this.runtimes = runtimes;
        this.sources = sources;
        this.signals = signals;
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
        RunningVersions versions = new RunningVersions(pipeline, compiler, camel, store, runtimes);
        if (running.putIfAbsent(pipeline.id(), versions) != null) {
            throw new IllegalStateException(pipeline.id() + " runs already");
        }
        open(versions);
        try {
            sources.bind(pipeline, versions, control, new SecretValues.Listener(listener, versions::secrets));
            camel.add(versions.source());
            Optional<SignalReader> reader = signals.open(pipeline, control, listener);
            return new RunningPipeline(control, versions, () -> {
                reader.ifPresent(SignalReader::close);
                stop(versions);
            });
        } catch (BatchException e) {
            stop(versions);
            throw e;
        } catch (Exception e) {
            stop(versions);
            throw notCompiled(versions, e);
        }
    }

    private static Problem notCompiled(RunningVersions versions, Exception failure) {
        return new Problem(RouteReason.NOT_COMPILED, versions.secrets().hiddenIn(RouteChecks.sentence(failure)));
    }

    private void open(RunningVersions versions) {
        try {
            versions.open();
        } catch (BatchException e) {
            running.remove(versions.pipeline().id());
            throw e;
        } catch (RuntimeException e) {
            running.remove(versions.pipeline().id());
            throw notCompiled(versions, e);
        }
    }

    private void stop(RunningVersions versions) {
        String id = versions.pipeline().id();
        try {
            camel.remove(versions.source());
            versions.close();
        } catch (Exception e) {
            throw new IllegalStateException("the routes of " + id + " did not stop", e);
        } finally {
            sources.unbind(id);
            running.remove(id);
        }
    }

    /** Lets steps find the runtime of a pipeline that does not run but is tried out; null to end that. */
    void trial(String id, @Nullable VersionRuntime runtime) {
        if (runtime == null) {
            trials.remove(id);
        } else {
            trials.put(id, runtime);
        }
    }

    /** Ids of the pipelines that run here. */
    Set<String> here() {
        return Set.copyOf(running.keySet());
    }

    Optional<RunningVersions> versions(String pipelineId) {
        return Optional.ofNullable(running.get(pipelineId));
    }

    @Override
    public VersionRuntime of(Batch batch) {
        VersionRuntime trial = trials.get(batch.pipeline());
        if (trial != null) {
            return trial;
        }
        RunningVersions versions = running.get(batch.pipeline());
        if (versions == null) {
            throw new IllegalStateException(batch.pipeline() + " does not run here");
        }
        return versions.runtime(batch.version());
    }
}
