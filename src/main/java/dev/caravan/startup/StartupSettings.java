package dev.caravan.startup;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Of the start.
 *
 * @param bind the address to listen on; default: 127.0.0.1 when all servers are embedded, else all addresses
 */
@ConfigurationProperties("caravan")
public record StartupSettings(
        @Nullable String bind, @DefaultValue("true") boolean banner) {}
