package dev.caravan.run;

import dev.caravan.pipeline.PipelineStore;
import dev.caravan.wait.Waits;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the routes of {@code /api/v1/runs} end at. */
@Configuration(proxyBeanMethods = false)
class RunConfiguration {
    @Bean
    RunApi runApi(RunRows rows, PipelineStore pipelines, Waits waits) {
        return new RunApi(rows, pipelines, waits);
    }

    @Bean
    Endpoint runList(Failures failures, RunApi runs) {
        return new Endpoint(failures, runs::list);
    }

    @Bean
    Endpoint runGet(Failures failures, RunApi runs) {
        return new Endpoint(failures, runs::get);
    }

    @Bean
    Endpoint runCancel(Failures failures, RunApi runs) {
        return new Endpoint(failures, runs::cancel);
    }
}
