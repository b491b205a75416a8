package dev.caravan.access;

import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the routes of {@code /v0/api_keys} end at. */
@Configuration(proxyBeanMethods = false)
class KeyConfiguration {
    @Bean
    Endpoint apiKeyApi(Failures failures, KeyApi api) {
        return new Endpoint(failures, api::answer);
    }
}
