package dev.caravan.connection;

import java.util.HashMap;
import java.util.Map;

/**
 * Where Kafka is and how its clients log in.
 *
 * @param bootstrapServers {@code host:port}, comma separated
 * @param clientProperties what every client gets besides {@code bootstrap.servers}: SASL, TLS
 */
public record KafkaConnection(String bootstrapServers, Map<String, Object> clientProperties) {
    public KafkaConnection {
        clientProperties = Map.copyOf(clientProperties);
    }

    /** Properties for a client: the connection, then {@code more}, which wins. */
    public Map<String, Object> with(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(clientProperties);
        all.put("bootstrap.servers", bootstrapServers);
        all.putAll(more);
        return all;
    }

    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
