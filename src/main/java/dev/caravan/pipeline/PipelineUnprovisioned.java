package dev.caravan.pipeline;

/**
 * The file of a pipeline has been removed. The pipeline stays stored, is meant to be stopped, and can be changed and
 * deleted over REST from now on. Published in the same transaction.
 */
public record PipelineUnprovisioned(Pipeline pipeline) {}
