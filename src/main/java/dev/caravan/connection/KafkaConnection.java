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
    /** Nobody reads what clients tell about themselves; each would register every figure as a bean of JMX. */
    private static final Map<String, Object> NO_REPORTS = Map.of("metric.reporters", "", "enable.metrics.push", false);

    public KafkaConnection {
        clientProperties = Map.copyOf(clientProperties);
    }

    /**
     * Properties for a client: the connection, then {@code more}, which wins. Clients report neither over JMX nor to the
     * broker unless the properties say so ({@code metric.reporters}, {@code enable.metrics.push}).
     */
    public Map<String, Object> with(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(NO_REPORTS);
        all.putAll(clientProperties);
        all.put("bootstrap.servers", bootstrapServers);
        all.putAll(more);
        return all;
    }

    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
