package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.pipeline.Step;
import dev.caravan.sql.SqlEngine;
import dev.caravan.sql.SqlGuard;
import dev.caravan.sql.SqlSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.FileSystemUtils;

/** One pipeline version as it runs: its SQL engine, and the schema of its messages. */
final class VersionRuntime implements AutoCloseable {
    private static final String MESSAGES = "messages";

    private final Pipeline pipeline;
    private final PipelineStore store;
    private final SqlEngine engine;
    private final Path directory;
    private final Set<MetaColumn> inlined;
    private final Map<String, Map<String, String>> schemas = new ConcurrentHashMap<>();

    VersionRuntime(Pipeline pipeline, PipelineStore store, SqlEngine engine, Path directory, Set<MetaColumn> inlined) {
        this.pipeline = pipeline;
        this.store = store;
        this.engine = engine;
        this.directory = directory;
        this.inlined = inlined;
    }

    static VersionRuntime create(
            Pipeline pipeline, PipelineStore store, SqlSettings settings, SqlGuard guard, Path spoolDirectory) {
        Path own = spoolDirectory.resolve(pipeline.id() + "-v" + pipeline.version());
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new VersionRuntime(
                pipeline, store, new SqlEngine(own, settings, guard), own, inlined(pipeline.spec(), guard));
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

    /** Rows that a step wrote; their schema is that of the first batch the step had. */
    Rows openDerived(String step, Spool rows, int[] origins, List<DeadMessage> dead, Batch source) {
        return engine.openDerived(rows, origins, dead, remembered(step, rows), source.batchTime());
    }

    private Map<String, String> remembered(String scope, Spool spool) {
        Map<String, String> known = schemas.get(scope);
        if (known != null) {
            return known;
        }
        Map<String, String> stored = store.schema(pipeline.id(), scope);
        if (stored.isEmpty()) {
            Map<String, String> inferred = engine.infer(spool);
            if (inferred.isEmpty()) {
                return inferred;
            }
            stored = store.rememberSchema(pipeline.id(), scope, inferred);
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
