package dev.caravan.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much of the log of a pipeline is kept.
 *
 * @param keep entries that are older go
 * @param entries of a pipeline beyond so many go, the oldest first
 */
@ConfigurationProperties("caravan.pipeline-log")
public record LogSettings(
        @DefaultValue("7d") Duration keep,
        @DefaultValue("10000") int entries) {}
