package dev.caravan.trigger;

import dev.caravan.pipeline.Pipeline;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger runs: the messages of {@code options.event} go through a pipeline.
 *
 * @param pipeline at the version that is to run
 * @param version that version when it was asked for; null for the current one, and those that follow it
 */
public record Trigger(Pipeline pipeline, @Nullable Integer version) {}
