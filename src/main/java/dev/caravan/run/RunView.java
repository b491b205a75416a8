package dev.caravan.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run on the wire; what there is not is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunView(
        UUID id,
        String projectId,
        String pipelineId,
        int pipelineVersion,
        String status,
        OriginView origin,
        Instant startedAt,
        @Nullable Instant endedAt,
        EventView event,
        @Nullable ErrorView error,
        @Nullable List<StepRuns.View> steps,
        Links links) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OriginView(
            String topic,
            int partition,
            long offset,
            @Nullable Instant timestamp) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EventView(
            UUID id,
            String eventKey,
            String step,
            String status,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Instant endedAt,
            @Nullable String error) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ErrorView(String reason, String detail, @Nullable String step, Instant at) {}

    /** Paths of this server. */
    record Links(String self, String pipeline, String event, String files) {}

    /** @param steps null in a list */
    static RunView of(Run run, @Nullable List<StepRuns.View> steps) {
        Run.WaitOfRun wait = run.newest();
        Run.Origin origin = run.origin();
        Run.Failure error = run.error();
        String pipeline = "/api/v1/pipelines/" + run.pipeline();
        return new RunView(
                run.id(),
                run.project(),
                run.pipeline(),
                run.version(),
                run.status().id(),
                new OriginView(origin.topic(), origin.partition(), origin.offset(), origin.timestamp()),
                run.startedAt(),
                run.endedAt(),
                new EventView(
                        wait.id(),
                        wait.key(),
                        wait.step(),
                        wait.status(),
                        wait.requestedAt(),
                        wait.expiresAt(),
                        wait.endedAt(),
                        wait.error()),
                error == null ? null : new ErrorView(error.reason(), error.detail(), error.step(), error.at()),
                steps,
                new Links(
                        "/api/v1/runs/" + run.id(),
                        pipeline,
                        "/v1/events/" + encoded(wait.key()),
                        pipeline + "/files?topic=" + encoded(origin.topic()) + "&partition=" + origin.partition()
                                + "&offset=" + origin.offset()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
