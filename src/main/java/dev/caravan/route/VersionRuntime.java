package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Step;
import dev.caravan.sql.SqlEngine;
import dev.caravan.sql.SqlGuard;
import dev.caravan.sql.SqlSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.FileSystemUtils;

/** One pipeline version as it runs: its SQL engine, and the schema of its messages. */
final class VersionRuntime implements AutoCloseable {
    private static final String MESSAGES = "messages";

    private final Pipeline pipeline;
    private final Schemas store;
    private final SqlEngine engine;
    private final Path directory;
    private final Set<MetaColumn> inlined;
    private final String stepsTag;
    private final Map<String, Map<String, String>> schemas = new ConcurrentHashMap<>();

    VersionRuntime(Pipeline pipeline, Schemas store, SqlEngine engine, Path directory, Set<MetaColumn> inlined) {
        this.pipeline = pipeline;
        this.store = store;
        this.engine = engine;
        this.directory = directory;
        this.inlined = inlined;
        this.stepsTag = "@" + tag(pipeline.spec());
    }

    static VersionRuntime create(
            Pipeline pipeline, Schemas store, SqlSettings settings, SqlGuard guard, Path spoolDirectory) {
        Path own = spoolDirectory.resolve(pipeline.id() + "-v" + pipeline.version());
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new VersionRuntime(
                pipeline, store, new SqlEngine(own, settings, guard), own, inlined(pipeline.spec(), guard));
    }

    /** The steps before the sink as a short text: other steps may make other columns. */
    private static String tag(PipelineSpec spec) {
        StringBuilder steps = new StringBuilder();
        for (Step step : spec.steps().subList(0, spec.steps().size() - 1)) {
            steps.append(step.name())
                    .append('\n')
                    .append(step.kamelet())
                    .append('\n')
                    .append(step.properties());
        }
        return UUID.nameUUIDFromBytes(steps.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Metadata columns that have to stand in the spool because a query names them. */
    private static Set<MetaColumn> inlined(PipelineSpec spec, SqlGuard guard) {
        Set<MetaColumn> named = EnumSet.noneOf(MetaColumn.class);
        for (Step step : spec.steps()) {
            if (step.properties().get("query") instanceof String query) {
                named.addAll(guard.check(query).metaColumns());
            }
        }
        named.remove(MetaColumn.TOPIC);
        named.remove(MetaColumn.PARTITION);
        return Set.copyOf(named);
    }

    PipelineSpec spec() {
        return pipeline.spec();
    }

    String project() {
        return pipeline.project();
    }

    /** A step of this version where rows wait. */
    WaitStep waitStep(String name) {
        return pipeline.spec().steps().stream()
                .filter(step -> WaitStep.isWait(step) && step.name().equals(name))
                .map(WaitStep::of)
                .findAny()
                .orElseThrow(() -> new IllegalStateException("no rows wait in step " + name));
    }

    Set<MetaColumn> inlined() {
        return inlined;
    }

    /** For spools and the files of steps; only this version's engine may read there. */
    Path directory() {
        return directory;
    }

    /** Messages as they came: the schema is the declared one, or that of the first batch, the same on all replicas. */
    Rows open(Spool spool, Instant batchTime) {
        Map<String, String> declared = pipeline.spec().schema();
        return engine.open(spool, declared.isEmpty() ? remembered(MESSAGES, spool) : declared, batchTime);
    }

    /** Rows that a step wrote; their schema is that of the first batch that the same steps had, in whichever version. */
    Rows openDerived(String step, Spool rows, int[] origins, List<DeadMessage> dead, Batch source) {
        return engine.openDerived(rows, origins, dead, remembered(step + stepsTag, rows), source.batchTime());
    }

    /** Rows that have waited. */
    Rows openResumed(String step, Spool rows, int[] origins, List<DeadMessage> dead, Batch source, String signal) {
        Map<String, String> columns = new LinkedHashMap<>(remembered(step, rows));
        columns.put(signal, "JSON");
        return engine.openDerived(rows, origins, dead, columns, source.batchTime());
    }

    private Map<String, String> remembered(String scope, Spool spool) {
        Map<String, String> known = schemas.get(scope);
        if (known != null) {
            return known;
        }
        Map<String, String> stored = store.of(pipeline.id(), scope, () -> engine.infer(spool));
        if (stored.isEmpty()) {
            return stored;
        }
        schemas.put(scope, stored);
        return stored;
    }

    @Override
    public void close() {
        engine.close();
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
