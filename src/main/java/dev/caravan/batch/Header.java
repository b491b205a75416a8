package dev.caravan.batch;

import org.jspecify.annotations.Nullable;

/** A Kafka record header, as it came. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came, never compared
public record Header(String name, byte @Nullable [] value) {}
