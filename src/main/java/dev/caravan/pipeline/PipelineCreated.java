package dev.caravan.pipeline;

/** A pipeline has been stored for the first time. Published in the same transaction. */
public record PipelineCreated(Pipeline pipeline) {}
