package dev.caravan.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much of the log of a pipeline is kept.
 *
 * @param enabled whether anything is written into them
 * @param keep entries that are older go
 * @param entries of a pipeline beyond so many go, the oldest first
 */
@ConfigurationProperties("caravan.pipeline-log")
public record LogSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("7d") Duration keep,
        @DefaultValue("10000") int entries) {}
