package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Rows.WrittenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * One run of a chain of queries over a batch. The fast way first: everything in one statement. When that fails because of
 * messages, they are found and left out, and the rest is run again.
 */
final class BatchRun {
    private static final int MAX_ATTEMPTS = 4;

    private final Session session;
    private final Source source;
    private final Job job;
    private final Path scratch;
    private final Duration timeLimit;
    private final Survivors survivors;
    private boolean searchedUnreadable;

    /** What to run and where to; {@code partitionBy} may be empty. */
    record Job(Chain chain, List<CheckedQuery> partitionBy, Target target) {}

    /** Where the rows go. After a failure it must leave nothing behind. */
    interface Output {
        List<WrittenFile> write(String select) throws SQLException, IOException;
    }

    /** @param scratch an empty directory for temporary files; its owner deletes it */
    BatchRun(Session session, Source source, Job job, Path scratch, Duration timeLimit) {
        this.session = session;
        this.source = source;
        this.job = job;
        this.scratch = scratch;
        this.timeLimit = timeLimit;
        this.survivors = new Survivors(source, scratch.resolve("survivors.ndjson"));
    }

    /** The messages that could not be processed; complete after {@link #into}. */
    List<DeadMessage> dead() {
        return survivors.dead();
    }

    List<WrittenFile> into(Output output) throws SQLException, IOException {
        for (int attempt = 1; !survivors.none(); attempt++) {
            String select = job.chain().over(survivors.file(), job.partitionBy());
            try {
                return output.write(select);
            } catch (SQLException e) {
                SqlFailure failure = SqlFailure.of(e);
                if (!failure.isOfData() || attempt == MAX_ATTEMPTS) {
                    throw failure.toBatchException(e);
                }
                List<DeadMessage> bad = find(failure, select);
                if (bad.isEmpty()) {
                    throw BatchException.pause("sql_error", failure.sentence() + " (no single message is the cause)");
                }
                survivors.bury(bad);
            }
        }
        return List.of();
    }

    private List<DeadMessage> find(SqlFailure failure, String select) throws SQLException, IOException {
        if (failure.kind() == SqlFailure.Kind.UNREADABLE && !searchedUnreadable) {
            searchedUnreadable = true;
            List<DeadMessage> bad = new BadMessages(session, source, scratch.resolve("suspects.ndjson"))
                    .find(job.chain(), select, survivors);
            if (!bad.isEmpty()) {
                return bad;
            }
        }
        return new Isolation(session, source, job, scratch, timeLimit).find(survivors.lines());
    }
}
