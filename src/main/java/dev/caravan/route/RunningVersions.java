package dev.caravan.route;

import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.pipeline.BatchLimits;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The versions of one pipeline that runs here: the current one, and older ones while claims of theirs are being finished.
 * Each has the routes of its steps in Camel and an engine of its own.
 */
final class RunningVersions implements SourceRuntime.Versions {
    private final RouteCompiler compiler;
    private final CamelRoutes camel;
    private final PipelineStore store;
    private final VersionRuntimeFactory runtimes;
    private final Map<Integer, Version> versions = new ConcurrentHashMap<>();
    private final Map<Object, Set<Integer>> uses = new ConcurrentHashMap<>();
    private volatile Pipeline pipeline;

    private record Version(VersionRuntime runtime, CompiledPipeline compiled, SecretValues secrets) {}

    RunningVersions(
            Pipeline pipeline,
            RouteCompiler compiler,
            CamelRoutes camel,
            PipelineStore store,
            VersionRuntimeFactory runtimes) {
        this.pipeline = pipeline;
        this.compiler = compiler;
        this.camel = camel;
        this.store = store;
        this.runtimes = runtimes;
    }

    /** The pipeline at its current version. */
    Pipeline pipeline() {
        return pipeline;
    }

    /** Of the current version and of older ones that still have something to finish. */
    SecretValues secrets() {
        Stream<SecretValues> open = versions.values().stream().map(Version::secrets);
        return SecretValues.all(Stream.concat(open, Stream.of(compiler.secrets(pipeline.spec()))));
    }

    CompiledPipeline.CompiledRoute source() {
        return compiler.compile(pipeline).source();
    }

    /** Opens the current version. */
    void open() {
        version(pipeline.version());
    }

    /**
     * Makes another version the current one.
     *
     * @return false when it reads in another way, so that the source has to be started anew
     */
    boolean switchTo(Pipeline next) {
        boolean sameSignals = Objects.equals(
                next.spec().options().signals(), pipeline.spec().options().signals());
        if (!sameSignals || !compiler.compile(next).source().equals(source())) {
            return false;
        }
        versions.computeIfAbsent(next.version(), ignored -> open(next));
        pipeline = next;
        return true;
    }

    @Override
    public int current() {
        return pipeline.version();
    }

    @Override
    public BatchLimits limits() {
        return pipeline.spec().options().limits();
    }

    @Override
    public synchronized void use(Object user, Set<Integer> used) {
        if (used.isEmpty()) {
            uses.remove(user);
        } else {
            uses.put(user, Set.copyOf(used));
        }
    }

    /** Closes the versions that nobody uses any more. Nobody can begin to meanwhile: it would have to say so first. */
    synchronized void tidy() {
        Set<Integer> needed = new HashSet<>(Set.of(current()));
        uses.values().forEach(needed::addAll);
        for (int number : List.copyOf(versions.keySet())) {
            Version version = needed.contains(number) ? null : versions.remove(number);
            if (version != null) {
                close(List.of(version));
            }
        }
    }

    /** Closes all of them. */
    void close() {
        close(versions.values());
        versions.clear();
    }

    private void close(Collection<Version> closing) {
        try {
            for (Version version : closing) {
                for (CompiledPipeline.CompiledRoute route : version.compiled().versionRoutes()) {
                    camel.remove(route);
                }
                version.runtime().close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the routes of " + pipeline.id() + " did not stop", e);
        }
    }

    VersionRuntime runtime(int number) {
        return version(number).runtime();
    }

    /** The steps of a version; an older one is compiled when a claim of it has to be finished. */
    private Version version(int number) {
        Pipeline now = pipeline;
        return versions.computeIfAbsent(
                number, ignored -> open(number == now.version() ? now : store.version(now.id(), number)));
    }

    private Version open(Pipeline of) {
        VersionRuntime runtime = runtimes.create(of);
        SecretValues secrets = compiler.secrets(of.spec());
        try {
            CompiledPipeline compiled = compiler.compile(of);
            camel.addAll(compiled.versionRoutes());
            return new Version(runtime, compiled, secrets);
        } catch (Exception e) {
            runtime.close();
            throw new IllegalStateException(secrets.hiddenIn(RouteChecks.sentence(e)), e);
        }
    }

    @Override
    public Path directory(int version) {
        return runtime(version).directory();
    }

    @Override
    public Set<MetaColumn> inlined(int version) {
        return runtime(version).inlined();
    }

    @Override
    public Rows open(int version, Spool spool, Instant batchTime) {
        return runtime(version).open(spool, batchTime);
    }
}
