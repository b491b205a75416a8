package dev.caravan.pipeline;

/**
 * A file has been read and its pipeline is stored; it is meant to run. Published in the same transaction, at each start
 * and at each change of the file.
 *
 * @param fresh whether the pipeline is new or its file has come back; otherwise a person may have paused it since
 */
public record PipelineProvisioned(Pipeline pipeline, boolean fresh) {}
