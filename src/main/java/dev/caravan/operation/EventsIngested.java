package dev.caravan.operation;

import dev.caravan.pipeline.Pipeline;

/**
 * One call has put events into a pipeline's topic, and Kafka has acknowledged them. Published in no transaction, because
 * Kafka takes part in none.
 *
 * @param accepted at least 1
 * @param rejected events of the same call that the sender got back
 */
public record EventsIngested(Pipeline pipeline, int accepted, int rejected) {}
