package dev.caravan.trigger;

import dev.caravan.access.Caller;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineReason;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What can be done with the triggers of a project's pipelines. */
public final class Triggers {
    private final Pipelines pipelines;
    private final TriggerBackend backend;

    Triggers(Pipelines pipelines, TriggerBackend backend) {
        this.pipelines = pipelines;
        this.backend = backend;
    }

    /**
     * Starts the trigger of a pipeline, or replaces it.
     *
     * @param version as the client wrote it; null for the current one
     * @throws Problem {@code pipeline.not_found}, {@code pipeline.version_not_found}, {@code trigger.no_event_option}
     */
    public void start(Caller caller, String idOrName, @Nullable String version) {
        String project = caller.project();
        Pipeline current = pipelines.get(project, idOrName);
        Integer asked = version == null ? null : number(version);
        Pipeline pipeline = asked == null ? current : pipelines.version(project, current.id(), asked);
        if (pipeline.spec().options().event() == null) {
            throw new Problem(TriggerReason.NO_EVENT_OPTION, "Pipeline does not have an event option");
        }
        backend.start(new Trigger(pipeline, asked), caller.keyId());
    }

    private static int number(String version) {
        if (version.matches("[1-9][0-9]{0,8}")) {
            return Integer.parseInt(version);
        }
        throw new Problem(
                PipelineReason.VERSION_NOT_FOUND, "versions are whole numbers from 1 on, not '" + version + "'");
    }

    /** Whether the trigger is ready; one that was never started is not. */
    public boolean ready(String project, String idOrName) {
        Pipeline pipeline = pipelines.get(project, idOrName);
        return canHave(pipeline) && backend.ready(pipeline);
    }

    /** Stops the trigger; nothing happens where there is none. */
    public void stop(Caller caller, String idOrName) {
        Pipeline pipeline = pipelines.get(caller.project(), idOrName);
        if (canHave(pipeline)) {
            backend.stop(pipeline, caller.keyId());
        }
    }

    /** A pipeline with a topic of its own is fed by ingest: that is no trigger. */
    private static boolean canHave(Pipeline pipeline) {
        return pipeline.spec().options().event() != null;
    }
}
