package dev.caravan.lifecycle;

/**
 * How a pipeline stands, whenever something about it has changed; the same can be told more than once, by several
 * replicas one after the other. Published in the transaction of the change, with the pipeline's row locked.
 */
public record PipelineSeen(String pipeline, PipelineState state, Cause cause) {}
