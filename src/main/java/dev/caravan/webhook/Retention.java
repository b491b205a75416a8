package dev.caravan.webhook;

import dev.caravan.background.Rounds;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Clears away old deliveries, every hour, in small transactions. */
final class Retention implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int CHUNK = 1_000;

    private final DeliveryQueue queue;
    private final Duration retention;
    private final Rounds rounds =
            Rounds.of("webhook-retention").every(Duration.ofMinutes(1), Duration.ofHours(1), this::clearQuietly);

    Retention(DeliveryQueue queue, Duration retention) {
        this.queue = queue;
        this.retention = retention;
    }

    /** Returns how many deliveries are gone. */
    int clear() {
        queue.giveUpDisabled();
        inChunks(() -> queue.expire(retention, CHUNK));
        return inChunks(() -> queue.purge(retention, CHUNK));
    }

    private static int inChunks(IntSupplier work) {
        int sum = 0;
        int last = CHUNK;
        while (last == CHUNK) {
            last = work.getAsInt();
            sum += last;
        }
        return sum;
    }

    private void clearQuietly() {
        try {
            int gone = clear();
            LOG.debug("{} old webhook deliveries are deleted", gone);
        } catch (RuntimeException e) {
            LOG.warn("Old webhook deliveries were not deleted, next try in an hour: {}", e.getMessage());
        }
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.stop();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }
}
