package dev.caravan.delivery;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Reads the properties that every Kafka client of the program shares. */
public final class KafkaClient {
    private static final String PREFIX = "caravan.kafka";

    private KafkaClient() {}

    /**
     * Everything under {@code caravan.kafka} as it is, such as {@code caravan.kafka.security.protocol}; the brokers from
     * {@code KAFKA_BOOTSTRAP_SERVERS} unless {@code caravan.kafka.bootstrap.servers} names them.
     */
    public static Map<String, Object> settings(Environment environment) {
        Map<String, Object> settings = new HashMap<>(Binder.get(environment)
                .bind(PREFIX, Bindable.mapOf(String.class, String.class))
                .orElse(Map.of()));
        String brokers = environment.getProperty("KAFKA_BOOTSTRAP_SERVERS");
        if (brokers != null && !brokers.isBlank()) {
            settings.putIfAbsent("bootstrap.servers", brokers);
        }
        return settings;
    }
}
