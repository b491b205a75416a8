package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Runs the queries of one pipeline version on a DuckDB instance of its own, confined to a work directory: spools and the
 * directories of {@link Rows#write} must lie in it. Safe for use by many threads, each of which has its own session.
 */
public final class SqlEngine implements AutoCloseable {
    private static final int MAX_CHECKED = 1_000;

    private final Sessions sessions;
    private final SqlSettings settings;
    private final SqlGuard guard;
    private final Map<String, CheckedQuery> checked = new ConcurrentHashMap<>();
    private final Map<String, CheckedQuery> checkedExpressions = new ConcurrentHashMap<>();

    /** @param workDirectory made when it does not exist; nobody else's files should be in it */
    public SqlEngine(Path workDirectory, SqlSettings settings, SqlGuard guard) {
        this.sessions = new Sessions(workDirectory, settings);
        this.settings = settings;
        this.guard = guard;
    }

    /** Unpacks and loads DuckDB's native library, which takes a second or two once in a process. */
    public static void warmUp() {
        try (DuckDBConnection connection = Sessions.connect()) {
            connection.createStatement().close();
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB does not start: " + e.getMessage(), e);
        }
    }

    /**
     * The messages of a batch as rows, lazily.
     *
     * @param schema DuckDB type of each column, in order; empty to infer it from the spool when it is needed
     */
    public Rows open(Spool spool, Map<String, String> schema, Instant batchTime) {
        return rows(new Source(spool, null, List.of(), batchTime), schema);
    }

    /**
     * Rows that a step has made of messages one by one, lazily. They stand in a spool of their own, whose offsets,
     * timestamps, keys and headers are those of the messages.
     *
     * @param origins for each line of {@code rows} the line of the batch's spool that it was made of, -1 for none
     * @param dead messages that were found dead before
     * @param schema like that of {@link #open}
     */
    public Rows openDerived(
            Spool rows, int[] origins, List<DeadMessage> dead, Map<String, String> schema, Instant batchTime) {
        if (origins.length != rows.size()) {
            throw new IllegalArgumentException(origins.length + " origins for " + rows.size() + " rows");
        }
        return rows(new Source(rows, origins.clone(), List.copyOf(dead), batchTime), schema);
    }

    private Rows rows(Source source, Map<String, String> schema) {
        Spool spool = source.spool();
        Chain chain = new Chain(
                Collections.unmodifiableMap(new LinkedHashMap<>(schema)),
                spool.inlined(),
                spool.range().topic(),
                spool.range().partition(),
                List.of());
        return new SpoolRows(this, source, chain);
    }

    /** The schema of a batch: names and DuckDB types in the order in which members appear. Unreadable messages are not asked. */
    public Map<String, String> infer(Spool spool) {
        return SchemaInference.of(spool);
    }

    /**
     * What comes out of a chain of queries.
     *
     * @param columns DuckDB type of each column of the last query, in order; empty when something is wrong
     * @param faults what is wrong, at most one entry: queries after a wrong one cannot be looked at
     */
    public record Binding(Map<String, String> columns, List<Fault> faults) {}

    /**
     * A query that does not fit the schema or the query before it.
     *
     * @param step index of the query; the number of queries when it is {@code partition_by}, -1 when it is the schema
     * @param message DuckDB's sentence, with the names that would fit
     */
    public record Fault(int step, String message) {}

    /** Looks up every name and type without any data. */
    public Binding bind(Map<String, String> schema, List<CheckedQuery> steps, List<CheckedQuery> partitionBy) {
        Chain chain = new Chain(new LinkedHashMap<>(schema), Set.of(MetaColumn.values()), "", 0, List.of());
        Map<String, String> columns = Map.of();
        try (Session session = sessions.open(Instant.EPOCH)) {
            for (int index = -1; index <= steps.size(); index++) {
                if (index >= 0 && index < steps.size()) {
                    chain = chain.then(new Chain.Step("", steps.get(index)));
                }
                boolean isEnd = index == steps.size();
                String select = chain.overNothing(isEnd ? partitionBy : List.of());
                Map<String, String> result = new LinkedHashMap<>();
                try {
                    session.query("DESCRIBE " + select, row -> Map.entry(row.getString(1), row.getString(2)))
                            .forEach(column -> result.putIfAbsent(column.getKey(), column.getValue()));
                } catch (SQLException e) {
                    return new Binding(
                            Map.of(), List.of(new Fault(index, SqlFailure.of(e).sentence())));
                }
                if (isEnd) {
                    List<Fault> faults = partitionFaults(columns, result, partitionBy, index);
                    return new Binding(faults.isEmpty() ? columns : Map.of(), faults);
                }
                columns = result;
            }
            throw new IllegalStateException("the loop ends with partition_by");
        } catch (SQLException e) {
            throw SqlFailure.of(e).toBatchException(e);
        }
    }

    private static List<Fault> partitionFaults(
            Map<String, String> columns, Map<String, String> all, List<CheckedQuery> partitionBy, int index) {
        List<Fault> faults = new ArrayList<>();
        Set<String> left = new java.util.TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        left.addAll(columns.keySet());
        Set<String> known = new java.util.TreeSet<>(left);
        for (CheckedQuery entry : partitionBy) {
            boolean exists = known.stream().anyMatch(entry.column()::equalsIgnoreCase);
            if (entry.plain() && !exists) {
                faults.add(new Fault(
                        index, "column " + entry.column() + " does not exist; there are " + columns.keySet()));
            } else if (!entry.plain() && exists) {
                faults.add(new Fault(index, "the name " + entry.column() + " is a column already; choose another"));
            }
            left.remove(entry.column());
        }
        if (left.isEmpty() && faults.isEmpty() && !all.isEmpty()) {
            faults.add(new Fault(index, "no column is left for the files; partition columns stand in folder names"));
        }
        return faults;
    }

    CheckedQuery checked(String query) {
        return remembered(checked, query, guard::check);
    }

    CheckedQuery checkedExpression(String expression) {
        return remembered(checkedExpressions, expression, guard::checkExpression);
    }

    private static CheckedQuery remembered(
            Map<String, CheckedQuery> cache, String text, java.util.function.Function<String, CheckedQuery> check) {
        if (cache.size() > MAX_CHECKED) {
            cache.clear();
        }
        return cache.computeIfAbsent(text, check);
    }

    void requireInside(Path directory) {
        if (!directory.toAbsolutePath().normalize().startsWith(sessions.directory())) {
            throw new IllegalArgumentException(directory + " is not in " + sessions.directory());
        }
    }

    /** What is done with a run, while its session and its temporary files are there. */
    interface Work<T> {
        T with(Session session, BatchRun run, Path scratch) throws SQLException, IOException;
    }

    <T> T run(Source source, Chain chain, List<CheckedQuery> partitionBy, Target target, Work<T> work) {
        requireInside(source.spool().file());
        Chain known = chain.schema().isEmpty() ? chain.withSchema(infer(source.spool())) : chain;
        requireReadable(known, source);
        try (TemporaryFiles scratch = TemporaryFiles.in(sessions.directory(), "run-");
                Session session = sessions.open(source.batchTime())) {
            BatchRun.Job job = new BatchRun.Job(known, partitionBy, target);
            BatchRun run = new BatchRun(session, source, job, scratch.directory(), settings.timeLimit());
            return work.with(session, run, scratch.directory());
        } catch (SQLException e) {
            throw SqlFailure.of(e).toBatchException(e);
        } catch (IOException e) {
            throw SpoolRows.lost(e);
        }
    }

    private static void requireReadable(Chain chain, Source source) {
        boolean hasMessages = source.spool().dead().size() < source.spool().size();
        if (hasMessages && chain.schema().isEmpty()) {
            throw BatchException.pause("no_columns", "no message of the batch has a member; declare a schema");
        }
        @Nullable MetaColumn missing = chain.missingColumn();
        if (missing != null) {
            throw new IllegalStateException(missing.column() + " is named by a query but is not in the spool");
        }
    }

    @Override
    public void close() {
        sessions.close();
    }
}
