package dev.caravan.embedded;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Of the embedded servers.
 *
 * @param kafkaPort 0: any free one; the same for the others
 * @param binaries where PostgreSQL is unpacked to; default: in the data directory
 * @param bucket made in the embedded object store at start
 */
@ConfigurationProperties("caravan.embedded")
public record EmbeddedSettings(
        @DefaultValue("0") int kafkaPort,
        @DefaultValue("0") int s3Port,
        @DefaultValue("0") int pgPort,
        @Nullable Path binaries,
        @DefaultValue("lake") String bucket) {}
