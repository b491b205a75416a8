package dev.caravan.trigger;

import dev.caravan.lifecycle.Cause;
import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.pipeline.Pipeline;

/** Triggers in the replicas of Caravan itself: a trigger is a pipeline that runs. */
final class EmbeddedTriggers implements TriggerBackend {
    private final Lifecycle lifecycle;

    EmbeddedTriggers(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public void start(Trigger trigger, String actor) {
        lifecycle.subscribe(trigger.pipeline(), trigger.version(), new Cause("start", actor));
    }

    @Override
    public boolean ready(Pipeline pipeline) {
        return lifecycle.ready(pipeline);
    }

    @Override
    public void stop(Pipeline pipeline, String actor) {
        lifecycle.unsubscribe(pipeline, new Cause("stop", actor));
    }
}
