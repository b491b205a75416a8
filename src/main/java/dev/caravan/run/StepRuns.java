package dev.caravan.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caravan.pipeline.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How the steps of a run stand: those before the one it hangs on are done, those behind it follow from what became of it. */
final class StepRuns {
    /**
     * A step on the wire.
     *
     * @param status pending, waiting, running, completed, failed, canceled or skipped
     * @param workflowStepRunId of a step that waits: the id of its wait
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            String name,
            String kamelet,
            String status,
            @Nullable UUID workflowStepRunId,
            @Nullable String eventKey,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    private final Run run;
    private final Map<String, Run.WaitOfRun> waits = new HashMap<>();

    /** @param all the waits of the run, by when they began */
    StepRuns(Run run, List<Run.WaitOfRun> all) {
        this.run = run;
        all.forEach(wait -> waits.put(wait.step(), wait));
    }

    List<View> of(List<Step> steps) {
        List<View> views = new ArrayList<>();
        int hangs = index(steps, run.newest().step());
        Run.Failure error = run.error();
        int failed = error == null || error.step() == null ? hangs : index(steps, error.step());
        for (int i = 0; i < steps.size(); i++) {
            views.add(view(steps.get(i), status(i, hangs, failed)));
        }
        return views;
    }

    private static int index(List<Step> steps, String name) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private String status(int step, int hangs, int failed) {
        if (step < hangs) {
            return "completed";
        }
        return switch (run.status()) {
            case WAITING -> step == hangs ? "waiting" : "pending";
            case RUNNING -> step == hangs ? "completed" : step == hangs + 1 ? "running" : "pending";
            case COMPLETED -> "completed";
            case CANCELED -> step == hangs ? "canceled" : "skipped";
            case FAILED -> step < failed ? "completed" : step == failed ? "failed" : "skipped";
        };
    }

    private View view(Step step, String status) {
        Run.WaitOfRun wait = waits.get(step.name());
        return new View(
                step.name(),
                step.kamelet(),
                status,
                wait == null ? null : wait.id(),
                wait == null ? null : wait.key(),
                wait == null ? null : wait.requestedAt(),
                wait == null ? null : wait.endedAt());
    }
}
