package dev.caravan.monitor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code caravan.monitor.*}
 *
 * @param enabled whether there are monitor events, metrics and logs of pipelines at all; what there is stays readable
 * @param events how many events of a pipeline are kept
 * @param keep events that are older go; the newest of a pipeline stays
 * @param dryRun whether it is only logged what would go
 * @param heartbeat an event is written when there was none for so long
 * @param details events that differ in details only are at least so far apart
 * @param figures how often the metrics of pipelines, waits and webhooks are brought up to date; 0 for never
 * @param look how often a replica looks for news of streamed pipelines
 * @param maxStreams how many streams a replica keeps open; the next one is refused
 * @param streamFor how long a stream lives before the client has to come back
 */
@ConfigurationProperties("caravan.monitor")
record MonitorSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("720") int events,
        @DefaultValue("30d") Duration keep,
        @DefaultValue("false") boolean dryRun,
        @DefaultValue("10m") Duration heartbeat,
        @DefaultValue("10s") Duration details,
        @DefaultValue("10s") Duration figures,
        @DefaultValue("250ms") Duration look,
        @DefaultValue("1000") int maxStreams,
        @DefaultValue("30m") Duration streamFor) {
    MonitorSettings {
        if (events < 1) {
            throw new IllegalArgumentException("CARAVAN_MONITOR_EVENTS is at least 1");
        }
    }
}
