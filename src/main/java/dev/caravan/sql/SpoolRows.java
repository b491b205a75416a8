package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The rows of a spool, with queries remembered on top. */
final class SpoolRows implements Rows {
    private static final FileFormat LINES =
            new FileFormat(FileFormat.Type.NDJSON, FileFormat.Compression.NONE, FileFormat.DEFAULT_ROW_GROUP_SIZE);

    private final SqlEngine engine;
    private final Source source;
    private final Chain chain;

    SpoolRows(SqlEngine engine, Source source, Chain chain) {
        this.engine = engine;
        this.source = source;
        this.chain = chain;
    }

    @Override
    public Rows select(String step, String query) {
        return new SpoolRows(engine, source, chain.then(new Chain.Step(step, engine.checked(query))));
    }

    @Override
    public Written write(FileFormat format, List<String> partitionBy, Map<String, String> metadata, Path directory) {
        engine.requireInside(directory);
        List<CheckedQuery> partitions =
                partitionBy.stream().map(engine::checkedExpression).toList();
        Target target = new Target(format, metadata);
        return engine.run(source, chain, partitions, target, (session, run, scratch) -> {
            BatchRun.Output output = partitions.isEmpty()
                    ? new SingleFile(session, target, directory.resolve("rows" + format.extension()))
                    : new Partitions(session, target, columns(partitions), directory);
            List<WrittenFile> files = run.into(output);
            return new Written(files, run.dead());
        });
    }

    private static List<String> columns(List<CheckedQuery> partitions) {
        return partitions.stream().map(CheckedQuery::column).toList();
    }

    @Override
    public List<DeadMessage> forEachJson(Consumer<JsonRow> consumer) {
        if (chain.steps().isEmpty()) {
            return forEachMessage(consumer);
        }
        Target target = new Target(LINES, Map.of());
        return engine.run(source, chain, List.of(), target, (session, run, scratch) -> {
            Path file = scratch.resolve("rows.ndjson");
            if (!run.into(new SingleFile(session, target, file)).isEmpty()) {
                Lines.read(file, line -> consumer.accept(new JsonRow(line, -1)));
            }
            return run.dead();
        });
    }

    @Override
    public Sample sample(int limit) {
        Target target = new Target(LINES, Map.of());
        return engine.run(source, chain, List.of(), target, (session, run, scratch) -> {
            Path file = scratch.resolve("sample.ndjson");
            SingleFile lines = new SingleFile(session, target, file);
            Map<String, String> columns = new LinkedHashMap<>();
            List<WrittenFile> written = run.into(select -> {
                session.query("DESCRIBE " + select, row -> Map.entry(row.getString(1), row.getString(2)))
                        .forEach(column -> columns.put(column.getKey(), column.getValue()));
                return lines.write(select);
            });
            List<byte[]> shown = new ArrayList<>();
            if (!written.isEmpty()) {
                Lines.read(file, line -> {
                    if (shown.size() < limit) {
                        shown.add(line);
                    }
                });
            }
            long rows = written.stream().mapToLong(WrittenFile::rows).sum();
            return new Sample(columns, rows, shown, run.dead());
        });
    }

    /** The messages as they came; the schema is for queries. */
    private List<DeadMessage> forEachMessage(Consumer<JsonRow> consumer) {
        Survivors survivors = new Survivors(source, source.spool().file());
        List<DeadMessage> bad = new ArrayList<>();
        for (int line : survivors.lines()) {
            byte[] value = source.spool().value(line);
            MessageCheck.Fault fault = MessageCheck.faultOf(value, java.util.Set.of());
            if (fault == null) {
                consumer.accept(new JsonRow(value, source.origin(line)));
            } else {
                bad.add(source.dead(line, fault.reason(), fault.detail(), null));
            }
        }
        return survivors.deadWith(bad);
    }

    static BatchException lost(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left")
                ? BatchException.retry("disk_full", "no space is left for temporary files", e)
                : BatchException.retry("disk_error", message, e);
    }
}
