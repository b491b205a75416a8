package dev.caravan.log;

import dev.caravan.background.Rounds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The logs of the pipelines. Writing never waits: entries go through a bounded queue to the database; those for which
 * there is no place are counted, and the next entry of their pipeline says how many are missing.
 */
public final class PipelineLog implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineLog.class);
    private static final int QUEUE = 10_000;
    private static final int PORTION = 500;
    private static final Duration FLUSHED_EVERY = Duration.ofMillis(250);
    private static final Duration RETAINED_EVERY = Duration.ofMinutes(1);
    private static final int MAX_MESSAGE = 4_000;

    private final LogRows rows;
    private final LogSettings settings;
    private final Clock clock;
    private final String replica;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Rounds rounds =
            Rounds.of("pipeline-log").every(FLUSHED_EVERY, this::flush).every(RETAINED_EVERY, this::retain);

    record Pending(String pipeline, LogEntry entry) {}

    PipelineLog(LogRows rows, LogSettings settings, Clock clock, String replica) {
        this.rows = rows;
        this.settings = settings;
        this.clock = clock;
        this.replica = replica;
    }

    /** Never waits and never throws. */
    public void write(String pipeline, LogLevel level, String message, Map<String, Object> fields) {
        if (!settings.enabled()) {
            return;
        }
        String text = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
        LogEntry entry = new LogEntry(0, clock.instant(), level, replica, text, fields);
        if (!queue.offer(new Pending(pipeline, entry))) {
            dropped.incrementAndGet();
        }
    }

    /**
     * Newest first.
     *
     * @param from the least level
     * @param before only entries before this cursor; null for the newest
     */
    public List<LogEntry> read(String pipeline, LogLevel from, @Nullable Long before, int limit) {
        return rows.read(pipeline, from, before, limit);
    }

    /** Oldest first, those after a cursor. */
    public List<LogEntry> after(String pipeline, long cursor, int limit) {
        return rows.after(pipeline, cursor, limit);
    }

    /** How many entries there are from a level on, and from a moment on. */
    public long count(String pipeline, LogLevel from, Instant since) {
        return rows.count(pipeline, from, since);
    }

    /** Entries of a pipeline that is gone. */
    public void forget(String pipeline) {
        rows.forget(pipeline);
    }

    private synchronized void flush() {
        List<Pending> portion = new ArrayList<>();
        while (queue.drainTo(portion, PORTION) > 0) {
            try {
                tellDropped(portion);
                rows.insert(portion);
            } catch (RuntimeException e) {
                dropped.addAndGet(portion.size());
                LOG.debug("Entries of the pipelines' logs were not stored", e);
            }
            portion.clear();
        }
    }

    /** What is missing belongs to any pipeline; the first one that has something to say again says it. */
    private void tellDropped(List<Pending> portion) {
        long missing = dropped.getAndSet(0);
        if (missing > 0) {
            Instant now = clock.instant();
            String message = missing + " entries of this replica's logs are missing: the database was away or too slow";
            portion.add(
                    0,
                    new Pending(
                            portion.get(0).pipeline(),
                            new LogEntry(0, now, LogLevel.WARN, replica, message, Map.of("dropped", missing))));
        }
    }

    private void retain() {
        try {
            rows.retain(clock.instant().minus(settings.keep()), settings.entries());
        } catch (RuntimeException e) {
            LOG.debug("Old entries go next time", e);
        }
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.finish();
        flush();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }

    /** Before whatever writes, and until after it. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 200;
    }
}
