package dev.caravan.pipeline;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How pipelines come from files.
 *
 * @param reload whether files are looked at every second for changes, or only at the start
 * @param project the project that provisioned pipelines belong to
 */
@ConfigurationProperties("caravan.pipeline")
record PipelineSettings(
        @DefaultValue("true") boolean reload,
        @DefaultValue("default") String project) {}
