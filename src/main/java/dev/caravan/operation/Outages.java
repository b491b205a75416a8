package dev.caravan.operation;

import dev.caravan.batch.BatchException;
import dev.caravan.problem.Problem;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RetriableException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

/** What to do while something outside, the database or Kafka, is away: try again for a while, then say so. */
final class Outages {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private Outages() {}

    /**
     * @param retries how often it is tried again, with pauses that double
     * @param within no new try starts after this
     * @throws Problem {@code operation.dependency_away} when it stays away
     */
    static <T> T bridged(int retries, Duration within, Supplier<T> work) {
        long deadline = System.nanoTime() + within.toNanos();
        Duration pause = FIRST_PAUSE;
        for (int left = retries; ; left--) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                if (!isOutage(e)) {
                    throw e;
                }
                boolean late = System.nanoTime() + pause.toNanos() - deadline >= 0;
                if (left == 0 || late || Thread.currentThread().isInterrupted()) {
                    throw new Problem(OperationReason.DEPENDENCY_AWAY, sentence(e));
                }
                LockSupport.parkNanos(pause.toNanos());
                pause = pause.multipliedBy(2);
            }
        }
    }

    private static boolean isOutage(RuntimeException e) {
        return e instanceof BatchException
                || e instanceof RetriableException
                || e instanceof TransientDataAccessException
                || e instanceof DataAccessResourceFailureException
                || e instanceof CannotCreateTransactionException;
    }

    private static String sentence(RuntimeException e) {
        if (e instanceof BatchException batch) {
            return batch.detail();
        }
        String who = e instanceof RetriableException ? "Kafka" : "The database";
        return who + " does not answer; try again.";
    }
}
