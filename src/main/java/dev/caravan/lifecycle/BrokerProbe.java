package dev.caravan.lifecycle;

import dev.caravan.background.Rounds;
import dev.caravan.route.Topics;
import java.time.Duration;
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
    private final Rounds rounds = Rounds.of("broker-probe").every(PERIOD, this::probe);

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
                    local.brokerTrouble(
                            LocalPipeline.TOPIC_MISSING,
                            "Kafka has no topic '" + local.topic() + "'; the pipeline reads it as soon as it is there",
                            PERIOD);
                }
            } catch (RuntimeException e) {
                LOG.debug("Kafka does not answer", e);
                local.brokerTrouble(
                        LocalPipeline.KAFKA_UNAVAILABLE,
                        "Kafka cannot be reached: " + e.getMessage() + "; the position is kept",
                        PERIOD);
            }
        }
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.stop();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }
}
