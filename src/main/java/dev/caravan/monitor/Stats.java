package dev.caravan.monitor;

import dev.caravan.batch.BatchException;
import dev.caravan.delivery.Counts;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Totals;
import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.lifecycle.PartitionLag;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.pipeline.Pipeline;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The figures of a pipeline in the shape of that API's {@code /stats}, from what the ledger has COMMITTED. */
@Component
final class Stats {
    private final Lifecycle lifecycle;
    private final Ledger ledger;
    private final Clock clock;

    Stats(Lifecycle lifecycle, Ledger ledger, Clock clock) {
        this.lifecycle = lifecycle;
        this.ledger = ledger;
        this.clock = clock;
    }

    Map<String, Object> of(Pipeline pipeline) {
        PipelineState state = lifecycle.state(pipeline);
        Totals totals = ledger.totals(pipeline.id());
        Long lag = lag(pipeline);
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("global_metrics", global(pipeline, state, totals, lag));
        stats.put("suspend_error", null);
        stats.put("inputs", List.of(input(pipeline, state, totals, lag)));
        stats.put("outputs", List.of(output(pipeline, totals)));
        return stats;
    }

    /** Null when the broker does not say. */
    private @Nullable Long lag(Pipeline pipeline) {
        try {
            return lifecycle.lag(pipeline).stream().mapToLong(PartitionLag::lag).sum();
        } catch (BatchException e) {
            return null;
        }
    }

    private Map<String, Object> global(Pipeline pipeline, PipelineState state, Totals totals, @Nullable Long lag) {
        Instant since = state.since() == null ? pipeline.createdAt() : state.since();
        long read = totals.counts().in();
        Map<String, Object> global = new LinkedHashMap<>();
        global.put("state", Deployment.of(state, Program.SUCCESS).combined());
        global.put("bootstrap_in_progress", false);
        global.put("transaction_status", "NoTransaction");
        global.put("transaction_id", 0);
        global.put("start_time", since.getEpochSecond());
        global.put("initial_start_time", pipeline.createdAt().getEpochSecond());
        // the same for all replicas: a pipeline that is started again is another one
        global.put(
                "incarnation_uuid", UUID.nameUUIDFromBytes((pipeline.id() + since).getBytes(StandardCharsets.UTF_8)));
        global.put(
                "uptime_msecs",
                Math.max(0, Duration.between(since, clock.instant()).toMillis()));
        global.put("buffered_input_records", lag);
        global.put("total_input_records", lag == null ? read : read + lag);
        global.put("total_processed_records", read);
        global.put("total_completed_records", read);
        global.put("storage_bytes", totals.bytes());
        global.put("pipeline_complete", lag != null && lag == 0);
        return global;
    }

    private static Map<String, Object> input(
            Pipeline pipeline, PipelineState state, Totals totals, @Nullable Long lag) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("total_records", totals.counts().in());
        metrics.put("buffered_records", lag);
        metrics.put("num_parse_errors", totals.counts().dead());
        metrics.put("end_of_input", false);
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("endpoint_name", pipeline.topic());
        input.put("config", Map.of("stream", pipeline.topic()));
        input.put("barrier", false);
        input.put("paused", Deployment.of(state, Program.SUCCESS).runtime() == Runtime.PAUSED);
        input.put("metrics", metrics);
        return input;
    }

    private static Map<String, Object> output(Pipeline pipeline, Totals totals) {
        Counts counts = totals.counts();
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("transmitted_records", counts.written());
        metrics.put("transmitted_bytes", totals.bytes());
        metrics.put("total_processed_input_records", counts.in());
        metrics.put("filtered_records", counts.filtered());
        metrics.put("dead_records", counts.dead());
        metrics.put("parked_records", counts.parked());
        metrics.put("files", totals.files());
        Map<String, Object> output = new LinkedHashMap<>();
        String sink =
                pipeline.spec().steps().get(pipeline.spec().steps().size() - 1).name();
        output.put("endpoint_name", sink);
        output.put("config", Map.of("stream", sink));
        output.put("metrics", metrics);
        return output;
    }
}
