package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the messages that make the queries fail by running them over ever smaller parts of the batch. */
final class Isolation {
    private static final int MAX_RUNS = 4_000;

    /** Messages that are asked before an error is taken for one of the query itself. */
    private static final int SAMPLES = 8;

    private final Session session;
    private final Source source;
    private final BatchRun.Job job;
    private final Path slice;
    private final Path output;
    private final long deadline;
    private final List<DeadMessage> found = new ArrayList<>();
    private int[] lines = new int[0];
    private int runs;

    /** @param scratch a directory for files of this search */
    Isolation(Session session, Source source, BatchRun.Job job, Path scratch, Duration timeLimit) {
        this.session = session;
        this.source = source;
        this.job = job;
        this.slice = scratch.resolve("slice.ndjson");
        this.output = scratch.resolve("slice.out");
        this.deadline = System.nanoTime() + timeLimit.toNanos();
    }

    /** @return the messages that fail alone; empty when it is no single one */
    List<DeadMessage> find(int[] survivors) throws SQLException, IOException {
        lines = survivors;
        SqlFailure always = failure(job.chain(), 0, 0);
        if (always != null || ((always = failureOfAnEmptyMessage()) != null && isSeenEverywhere(always))) {
            throw BatchException.pause("sql_error", always.sentence());
        }
        search(0, lines.length, true);
        return found;
    }

    /** An expression without columns, such as CAST('abc' AS INTEGER), fails for a message without members too. */
    private @Nullable SqlFailure failureOfAnEmptyMessage() throws SQLException, IOException {
        Files.writeString(slice, "{}\n");
        return failure(job.chain(), job.partitionBy());
    }

    private boolean isSeenEverywhere(SqlFailure always) throws SQLException, IOException {
        int step = Math.max(1, lines.length / SAMPLES);
        for (int index = 0; index < lines.length; index += step) {
            if (!always.equals(failure(job.chain(), index, index + 1))) {
                return false;
            }
        }
        return true;
    }

    /** @param suspected whether the part is known to fail unless the fault lies in how rows come together */
    private boolean search(int from, int to, boolean suspected) throws SQLException, IOException {
        boolean isOne = to - from == 1;
        if (isOne || !suspected) {
            SqlFailure failure = failure(job.chain(), from, to);
            if (failure == null) {
                return false;
            }
            if (isOne) {
                found.add(dead(from, failure));
                return true;
            }
        }
        int middle = (from + to) >>> 1;
        boolean left = search(from, middle, false);
        boolean right = search(middle, to, !left);
        return left || right;
    }

    private DeadMessage dead(int index, SqlFailure failure) throws SQLException, IOException {
        int line = lines[index];
        if (failure.kind() == SqlFailure.Kind.UNREADABLE) {
            return unreadable(index, failure);
        }
        List<Chain.Step> steps = job.chain().steps();
        for (int count = 1; count <= steps.size(); count++) {
            boolean isLast = count == steps.size() && job.partitionBy().isEmpty();
            if (isLast || failure(job.chain().upTo(count), List.of(), index, index + 1) != null) {
                return source.dead(
                        line,
                        "sql_error",
                        failure.sentence(),
                        steps.get(count - 1).name());
            }
        }
        return source.dead(line, "sql_error", "partition_by: " + failure.sentence(), null);
    }

    private DeadMessage unreadable(int index, SqlFailure failure) throws SQLException, IOException {
        int line = lines[index];
        MessageCheck.Fault fault = MessageCheck.faultOf(
                source.spool().line(line), job.chain().readColumns().keySet());
        if (fault != null) {
            return source.dead(line, fault.reason(), fault.detail(), null);
        }
        for (var column : job.chain().readColumns().entrySet()) {
            Chain alone = new Chain(
                    java.util.Map.of(column.getKey(), column.getValue()), java.util.Set.of(), "", 0, List.of());
            if (failure(alone, List.of(), index, index + 1) != null) {
                String detail =
                        "column " + column.getKey() + " is not a " + column.getValue() + ": " + failure.sentence();
                return source.dead(line, "wrong_type", detail, null);
            }
        }
        return source.dead(line, "wrong_type", failure.sentence(), null);
    }

    private @Nullable SqlFailure failure(Chain chain, int from, int to) throws SQLException, IOException {
        return failure(chain, job.partitionBy(), from, to);
    }

    private @Nullable SqlFailure failure(Chain chain, List<CheckedQuery> partitionBy, int from, int to)
            throws SQLException, IOException {
        Survivors.copy(source.spool(), lines, from, to, slice);
        return failure(chain, partitionBy);
    }

    private @Nullable SqlFailure failure(Chain chain, List<CheckedQuery> partitionBy) throws SQLException, IOException {
        try {
            session.execute(job.target().copy(chain.over(slice, partitionBy), output));
            count(null);
            return null;
        } catch (SQLException e) {
            SqlFailure failure = SqlFailure.of(e);
            if (!failure.isOfData()) {
                throw e;
            }
            count(failure);
            return failure;
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private void count(@Nullable SqlFailure failure) {
        runs++;
        if (runs > MAX_RUNS || System.nanoTime() > deadline) {
            String why = failure == null ? "" : ": " + failure.sentence();
            throw BatchException.pause("sql_error", "the queries fail for more messages than can be singled out" + why);
        }
    }
}
