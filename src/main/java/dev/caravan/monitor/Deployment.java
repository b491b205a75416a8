package dev.caravan.monitor;

import dev.caravan.lifecycle.DesiredStatus;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.lifecycle.PipelineStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline stands in the words of {@code /v0}.
 *
 * @param status in our own word
 * @param desired of the resources; only STOPPED or PROVISIONED
 * @param runtime null while it has no resources
 * @param hasError whether it has failed, or has paused itself and waits for a person
 */
record Deployment(
        PipelineStatus status,
        Resources resources,
        Resources desired,
        @Nullable Runtime runtime,
        @Nullable Runtime runtimeDesired,
        boolean hasError,
        Program program,
        Storage storage) {

    /** @param program what the document is; one that does not compile counts once the pipeline is stopped */
    static Deployment of(PipelineState state, Program program) {
        boolean wanted = state.desired() != DesiredStatus.STOPPED;
        boolean stopped = state.status() == PipelineStatus.STOPPED;
        return new Deployment(
                state.status(),
                resources(state.status()),
                wanted ? Resources.PROVISIONED : Resources.STOPPED,
                runtime(state.status()),
                stopped ? null : runtimeDesired(state.desired()),
                state.status() == PipelineStatus.FAILED
                        || (state.desired() == DesiredStatus.PAUSED && state.reason() != null),
                stopped ? program : Program.SUCCESS,
                state.inUse() || !stopped ? Storage.IN_USE : Storage.CLEARED);
    }

    /** A document that never made a pipeline. */
    static Deployment broken(Program program) {
        return new Deployment(
                PipelineStatus.STOPPED,
                Resources.STOPPED,
                Resources.STOPPED,
                null,
                null,
                false,
                program,
                Storage.CLEARED);
    }

    private static Resources resources(PipelineStatus status) {
        return switch (status) {
            case STOPPED, FAILED -> Resources.STOPPED;
            case STARTING -> Resources.PROVISIONING;
            case RUNNING, PAUSED, IDLE -> Resources.PROVISIONED;
            case STOPPING -> Resources.STOPPING;
        };
    }

    private static @Nullable Runtime runtime(PipelineStatus status) {
        return switch (status) {
            case STOPPED, FAILED -> null;
            case STARTING -> Runtime.INITIALIZING;
            case RUNNING -> Runtime.RUNNING;
            case PAUSED -> Runtime.PAUSED;
            case IDLE -> Runtime.STANDBY;
            case STOPPING -> Runtime.SUSPENDED;
        };
    }

    private static Runtime runtimeDesired(DesiredStatus desired) {
        return switch (desired) {
            case STOPPED -> Runtime.SUSPENDED;
            case PAUSED -> Runtime.PAUSED;
            case RUNNING -> Runtime.RUNNING;
        };
    }

    /** Resources and runtime in one word, as clients wait for it. */
    String combined() {
        return runtime == null || resources != Resources.PROVISIONED ? resources.wireName() : runtime.wireName();
    }

    String combinedDesired() {
        return desired == Resources.STOPPED || runtimeDesired == null
                ? Resources.STOPPED.wireName()
                : runtimeDesired.wireName();
    }

    /** Whether the pictures of {@link Resources} and {@link Storage} have a line from this to the next. */
    boolean canBecome(Deployment next) {
        boolean atRest = resources == Resources.STOPPED;
        return resources.canBecome(next.resources)
                && storage.canBecome(next.storage)
                && (atRest || storage == next.storage);
    }

    /**
     * What a pipeline goes through to become the next, the next included. Replicas look now and then, and what they did not
     * see it has passed through all the same.
     */
    List<Deployment> until(Deployment next) {
        List<Deployment> way = new ArrayList<>();
        for (Resources passed : resources.between(next.resources)) {
            way.add(next.passing(passed, storage));
        }
        Deployment last = way.isEmpty() ? this : way.get(way.size() - 1);
        if (last.storage == Storage.IN_USE && next.storage == Storage.CLEARED) {
            if (last.resources != Resources.STOPPED) {
                way.add(next.with(Storage.IN_USE));
            }
            way.add(next.with(Storage.CLEARING));
        } else if (last.resources != Resources.STOPPED && last.storage != next.storage) {
            way.add(next.with(last.storage));
        }
        way.add(next);
        return way;
    }

    private Deployment passing(Resources passed, Storage before) {
        boolean stopping = passed == Resources.STOPPING;
        Runtime wish = desired == Resources.STOPPED ? Runtime.SUSPENDED : runtimeDesired;
        PipelineStatus word =
                switch (passed) {
                    case STOPPED -> PipelineStatus.STOPPED;
                    case PROVISIONING -> PipelineStatus.STARTING;
                    case PROVISIONED -> PipelineStatus.RUNNING;
                    case STOPPING -> PipelineStatus.STOPPING;
                };
        boolean none = passed == Resources.STOPPED;
        return new Deployment(
                word,
                passed,
                desired,
                none ? null : runtime(word),
                none ? null : wish,
                false,
                none ? program : Program.SUCCESS,
                stopping || none ? before : Storage.IN_USE);
    }

    private Deployment with(Storage other) {
        return new Deployment(status, resources, desired, runtime, runtimeDesired, hasError, program, other);
    }
}
