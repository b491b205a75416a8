package dev.caravan.trace;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the export of spans, which is off until a collector is named. */
@Configuration(proxyBeanMethods = false)
class TraceConfiguration {
    @Bean
    Spans spans(TraceSettings settings) {
        return settings.on() ? OtlpSpans.open(settings) : Spans.OFF;
    }
}
