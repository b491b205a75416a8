package dev.caravan.monitor;

import dev.caravan.log.LogEntry;
import dev.caravan.log.PipelineLog;
import dev.caravan.web.LiveAnswer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** One client that follows the log of a pipeline, line by line. */
final class LogStream implements Streams.Stream {
    /** Replicas store what they log a moment later: what is younger may still get a neighbour before it. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final LiveAnswer answer;
    private final PipelineLog log;
    private final String pipeline;
    private final Clock clock;
    private final Gone gone;
    private long last;

    /** Whether the pipeline is still there. */
    interface Gone {
        boolean isGone();
    }

    LogStream(LiveAnswer answer, PipelineLog log, String pipeline, Clock clock, Gone gone) {
        this.answer = answer;
        this.log = log;
        this.pipeline = pipeline;
        this.clock = clock;
        this.gone = gone;
    }

    @Override
    public LiveAnswer answer() {
        return answer;
    }

    @Override
    public synchronized void look() {
        Instant settled = clock.instant().minus(SETTLED);
        for (LogEntry entry : log.after(pipeline, last, Streams.PORTION)) {
            if (entry.time().isAfter(settled)) {
                return;
            }
            answer.send(line(entry).getBytes(StandardCharsets.UTF_8));
            last = entry.cursor();
        }
    }

    @Override
    public boolean isGone() {
        return gone.isGone();
    }

    /** A log has no line that says nothing. */
    @Override
    public byte[] keepAlive() {
        return new byte[0];
    }

    private static String line(LogEntry entry) {
        String level = entry.level().name().toUpperCase(Locale.ROOT);
        StringBuilder line = new StringBuilder()
                .append(entry.time())
                .append(' ')
                .append(level)
                .append(" [")
                .append(entry.replica())
                .append("] ")
                .append(entry.message());
        entry.fields()
                .forEach((name, value) ->
                        line.append(' ').append(name).append('=').append(value));
        return line.toString().replaceAll("\\R", " ") + "\n";
    }
}
