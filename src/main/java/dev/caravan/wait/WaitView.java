package dev.caravan.wait;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A wait on the wire, named as in the documented API; what there is not is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WaitView(
        UUID id,
        String eventKey,
        String projectId,
        String sourceType,
        @Nullable UUID workflowRunId,
        @Nullable UUID workflowStepRunId,
        @Nullable String jobRunId,
        String status,
        @JsonRawValue @Nullable String requestPayload,
        @JsonRawValue @Nullable String responsePayload,
        int timeoutSecs,
        Instant requestedAt,
        @Nullable Instant receivedAt,
        Instant expiresAt,
        @Nullable String error,
        @Nullable String sentBy) {

    static WaitView of(Wait wait) {
        boolean ofPipeline = wait.runId() != null;
        return new WaitView(
                wait.id(),
                wait.key(),
                wait.project(),
                ofPipeline ? WaitCalls.WORKFLOW_STEP : WaitCalls.JOB_RUN,
                wait.runId(),
                ofPipeline ? wait.id() : null,
                wait.jobRunId(),
                wait.status().id(),
                wait.requestPayload(),
                wait.responsePayload(),
                wait.timeoutSecs(),
                wait.requestedAt(),
                wait.receivedAt(),
                wait.expiresAt(),
                wait.error(),
                wait.sentBy());
    }
}
