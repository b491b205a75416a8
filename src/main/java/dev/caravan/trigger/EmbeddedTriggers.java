package dev.caravan.trigger;

import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.pipeline.Pipeline;

/** Triggers in the replicas of Caravan itself: a trigger is a pipeline that runs. */
final class EmbeddedTriggers implements TriggerBackend {
    private final Lifecycle lifecycle;

    EmbeddedTriggers(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public void start(Trigger trigger) {
        lifecycle.subscribe(trigger.pipeline(), trigger.version());
    }

    @Override
    public boolean ready(Pipeline pipeline) {
        return lifecycle.ready(pipeline);
    }

    @Override
    public void stop(Pipeline pipeline) {
        lifecycle.unsubscribe(pipeline);
    }
}
