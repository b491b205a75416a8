package dev.caravan.lifecycle;

import dev.caravan.log.LogLevel;
import dev.caravan.log.PipelineLog;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes what this replica does with a pipeline into the pipeline's log. */
final class PipelineDiary {
    private final PipelineLog log;

    PipelineDiary(PipelineLog log) {
        this.log = log;
    }

    void started(String pipeline, int version, boolean paused) {
        String message = "version " + version + (paused ? " is ready and paused" : " started");
        log.write(pipeline, LogLevel.INFO, message, Map.of("version", version));
    }

    void switched(String pipeline, int version, int before) {
        log.write(
                pipeline,
                LogLevel.INFO,
                "goes on with version " + version + " after version " + before,
                Map.of("version", version, "before", before));
    }

    void paused(String pipeline) {
        log.write(pipeline, LogLevel.INFO, "paused", Map.of());
    }

    void resumed(String pipeline) {
        log.write(pipeline, LogLevel.INFO, "resumed", Map.of());
    }

    void stopped(String pipeline) {
        log.write(pipeline, LogLevel.INFO, "stopped", Map.of());
    }

    void reset(OffsetsReset news) {
        String partitions = news.partitions().stream()
                .map(at -> at.partition() + " to " + at.position() + " (generation " + at.generation() + ")")
                .collect(Collectors.joining(", "));
        log.write(
                news.pipeline(),
                LogLevel.INFO,
                "offsets of " + news.topic() + " were reset to " + news.to() + ": partition " + partitions,
                Map.of("actor", news.actor(), "to", news.to(), "topic", news.topic()));
    }

    void refused(String pipeline, int version, String reason, String message) {
        log.write(
                pipeline,
                LogLevel.ERROR,
                "version " + version + " does not start: " + message,
                Map.of("version", version, "reason", reason));
    }

    void delayed(String pipeline, String reason, String message) {
        log.write(pipeline, LogLevel.WARN, "waits and tries again: " + message, Map.of("reason", reason));
    }

    void halted(String pipeline, String reason, String message) {
        log.write(pipeline, LogLevel.ERROR, "paused: " + message, Map.of("reason", reason));
    }

    void dropped(String pipeline, String reason, String message) {
        log.write(
                pipeline,
                LogLevel.WARN,
                "stops without an open batch, which is read again after the next start: " + message,
                Map.of("reason", reason));
    }

    void signalsRefused(String pipeline, String message) {
        log.write(pipeline, LogLevel.WARN, message, Map.of());
    }

    void fenced(String pipeline, String message) {
        log.write(pipeline, LogLevel.WARN, "what it had read was dropped: " + message, Map.of());
    }
}
