package dev.caravan.operation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of ingest.
 *
 * @param maxInFlight {@code CARAVAN_INGEST_MAX_IN_FLIGHT}: bytes of events that wait for Kafka at most, in this process
 * @param maxWaiting {@code CARAVAN_INGEST_MAX_WAITING}: calls that wait for Kafka at most, in this process
 */
@ConfigurationProperties("caravan.ingest")
record IngestSettings(
        @DefaultValue("32MB") DataSize maxInFlight,
        @DefaultValue("128") int maxWaiting) {}
