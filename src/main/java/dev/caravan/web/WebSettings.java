package dev.caravan.web;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much a client may ask for.
 *
 * @param rateLimit {@code CARAVAN_RATE_LIMIT}: requests of one key in 60 s on one replica; 0 for any number
 * @param rateLimitUnauthenticated {@code CARAVAN_RATE_LIMIT_UNAUTHENTICATED}: requests of one address in 60 s that are refused
 *     for want of a key or with a wrong one; 0 for any number
 */
@ConfigurationProperties("caravan")
record WebSettings(
        @DefaultValue("1000") int rateLimit,
        @DefaultValue("100") int rateLimitUnauthenticated) {
    WebSettings {
        if (rateLimit < 0 || rateLimitUnauthenticated < 0) {
            throw new IllegalArgumentException("a rate limit is 0 (off) or more");
        }
    }
}
