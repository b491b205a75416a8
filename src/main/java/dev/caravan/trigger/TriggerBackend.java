package dev.caravan.trigger;

import dev.caravan.pipeline.Pipeline;

/**
 * Where triggers run. Each call returns soon, without waiting for what it sets in motion; calls for one pipeline may come
 * at the same time and from several replicas, and the last one counts. An actor is the id of the key that asks.
 */
public interface TriggerBackend {
    /** Subscribes to the topic. A subscription that is there is replaced; consumer group and position stay. */
    void start(Trigger trigger, String actor);

    /** Whether a message that is published now is processed: false when that is not known for certain. */
    boolean ready(Pipeline pipeline);

    /** Ends the subscription after what was read is written; nothing happens where there is none. */
    void stop(Pipeline pipeline, String actor);
}
