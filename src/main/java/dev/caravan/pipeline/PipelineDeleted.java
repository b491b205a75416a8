package dev.caravan.pipeline;

/** A pipeline is gone, with all its versions. Published in the same transaction. */
public record PipelineDeleted(Pipeline pipeline) {}
