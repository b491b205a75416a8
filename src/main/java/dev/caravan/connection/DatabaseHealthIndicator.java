package dev.caravan.connection;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Whether PostgreSQL answers, for probes that come often and wait briefly: an answer is good for a second, nobody waits
 * longer than that, and there is one question at a time however many ask.
 */
final class DatabaseHealthIndicator implements HealthIndicator, AutoCloseable {
    private static final Duration GOOD_FOR = Duration.ofSeconds(1);
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final Probe probe;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread daemon = new Thread(work, "database-health");
        daemon.setDaemon(true);
        return daemon;
    });
    private @Nullable CompletableFuture<Long> asked;

    /** @param probe returns when the database answers, throws when it does not; may take its time */
    DatabaseHealthIndicator(Probe probe) {
        this.probe = probe;
    }

    @Override
    public Health health() {
        try {
            question().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
            return Health.up().build();
        } catch (TimeoutException | ExecutionException e) {
            return Health.outOfService().build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Health.outOfService().build();
        }
    }

    /** The one that is open or good; its value is when it was answered. */
    private synchronized CompletableFuture<Long> question() {
        CompletableFuture<Long> last = asked;
        if (last == null || isOver(last)) {
            last = CompletableFuture.supplyAsync(this::answered, thread);
            asked = last;
        }
        return last;
    }

    private static boolean isOver(CompletableFuture<Long> question) {
        if (!question.isDone()) {
            return false;
        }
        return question.isCompletedExceptionally() || System.nanoTime() - question.join() >= GOOD_FOR.toNanos();
    }

    private long answered() {
        try {
            probe.ask();
            return System.nanoTime();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
