package dev.caravan.lifecycle;

import dev.caravan.route.Topics;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Asks the broker for the topics of the running pipelines. A Kafka consumer waits silently for a broker that is away or
 * for a topic that is missing; this says so.
 */
final class BrokerProbe implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerProbe.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Replica replica;
    private final Topics topics;
    private ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(0);
    private volatile boolean running;

    BrokerProbe(Replica replica, Topics topics) {
        this.replica = replica;
        this.topics = topics;
    }

    private void probe() {
        for (LocalPipeline local : replica.locals()) {
            if (local.idle()) {
                continue; // others look after it
            }
            try {
                if (topics.id(local.topic()).isPresent()) {
                    local.brokerFine();
                } else {
                    local.delayed(
                            LocalPipeline.TOPIC_MISSING,
                            "Kafka has no topic '" + local.topic() + "'; the pipeline reads it as soon as it is there",
                            PERIOD);
                }
            } catch (RuntimeException e) {
                LOG.debug("Kafka does not answer", e);
                local.delayed(
                        LocalPipeline.KAFKA_UNAVAILABLE,
                        "Kafka cannot be reached: " + e.getMessage() + "; the position is kept",
                        PERIOD);
            }
        }
    }

    @Override
    public void start() {
        clockwork = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "broker-probe");
            thread.setDaemon(true);
            return thread;
        });
        running = true;
        var unused = clockwork.scheduleWithFixedDelay(
                this::probe, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        running = false;
        clockwork.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
