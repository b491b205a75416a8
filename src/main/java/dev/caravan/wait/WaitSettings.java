package dev.caravan.wait;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code caravan.waits.*}
 *
 * @param look how often a replica looks for waits that are due, and for news of streamed ones
 * @param maxStreams how many status streams a replica keeps open; the next one is refused
 * @param keep how long waits are kept that have ended; zero for as long as nobody purges them
 * @param streamFor how long a stream lives before the client has to come back
 */
@ConfigurationProperties("caravan.waits")
record WaitSettings(
        @DefaultValue("250ms") Duration look,
        @DefaultValue("5000") int maxStreams,
        @DefaultValue("30d") Duration keep,
        @DefaultValue("30m") Duration streamFor) {}
