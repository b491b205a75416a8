package dev.caravan.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * A pipeline, taken over all replicas, has come to another lasting status: running, paused, stopped or failed. Told once,
 * by the replica that saw it first. Published in the transaction that remembers it.
 *
 * @param pipeline its id
 * @param from the lasting status that was told before
 * @param reason why, when nobody asked for it
 * @param message the same as a sentence that says what to do
 */
public record PipelineMoved(
        String pipeline,
        PipelineStatus from,
        PipelineStatus to,
        @Nullable String reason,
        @Nullable String message) {}
