package dev.caravan.run;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one message that waits in a pipeline.
 *
 * @param version the pipeline's, with which the message was parked
 * @param startedAt when it began to wait for the first time
 * @param endedAt when the message was delivered, became a dead letter or was canceled
 * @param newest the wait it hangs on, or the last one
 * @param error why its message is a dead letter
 */
record Run(
        UUID id,
        String project,
        String pipeline,
        int version,
        RunStatus status,
        Origin origin,
        Instant startedAt,
        @Nullable Instant endedAt,
        WaitOfRun newest,
        @Nullable Failure error) {

    /** Where the message came from. */
    record Origin(
            String topic,
            int partition,
            long offset,
            @Nullable Instant timestamp) {}

    /** @param step where it happened; null when that is not known */
    record Failure(String reason, String detail, @Nullable String step, Instant at) {}

    /**
     * A wait as its run sees it.
     *
     * @param id the run of the step: {@code workflow_step_run_id}
     * @param seq the row's number, which orders waits
     */
    record WaitOfRun(
            UUID id,
            long seq,
            String key,
            String step,
            String status,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Instant endedAt,
            @Nullable String error) {}
}
