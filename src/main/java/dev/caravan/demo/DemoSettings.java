package dev.caravan.demo;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Of the demo.
 *
 * @param demo whether orders are made; default: only where all servers are embedded
 */
@ConfigurationProperties("caravan")
public record DemoSettings(@Nullable Boolean demo) {}
