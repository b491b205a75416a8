package dev.caravan.trigger;

import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the triggers. */
@Configuration(proxyBeanMethods = false)
class TriggerConfiguration {
    @Bean
    TriggerBackend triggerBackend(Lifecycle lifecycle) {
        return new EmbeddedTriggers(lifecycle);
    }

    @Bean
    Triggers triggers(Pipelines pipelines, TriggerBackend backend) {
        return new Triggers(pipelines, backend);
    }

    @Bean
    Endpoint triggerApi(Triggers triggers, Failures failures) {
        return new Endpoint(failures, new TriggerApi(triggers)::answer);
    }
}
