package dev.caravan.pipeline;

/** A pipeline has a new current version. Published in the same transaction. */
public record PipelineChanged(Pipeline pipeline) {}
