package dev.caravan.web;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Idempotency keys for tests that call over HTTP without a database. */
@TestConfiguration(proxyBeanMethods = false)
public class TestIdempotency {
    @Bean
    IdempotencyStore idempotencyStore() {
        return new InMemoryIdempotencyStore();
    }
}
