package dev.caravan.connection;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the servers are. A server that is not named here runs inside Caravan.
 *
 * @param kafka properties of every Kafka client; {@code bootstrap.servers} among them names an external Kafka
 */
@ConfigurationProperties("caravan")
public record ConnectionSettings(
        @DefaultValue("data") Path dataDir,
        @DefaultValue Map<String, String> kafka,
        @DefaultValue S3 s3) {
    private static final String BOOTSTRAP = "bootstrap.servers";

    /** An external object store; any of endpoint, region or access key names one. */
    public record S3(
            @Nullable String endpoint,
            @Nullable String region,
            @Nullable String accessKey,
            @Nullable String secretKey) {
        private static final String DEFAULT_REGION = "us-east-1";

        boolean external() {
            return isSet(endpoint) || isSet(region) || isSet(accessKey);
        }

        S3Connection connection() {
            if (isSet(accessKey) != isSet(secretKey)) {
                throw new StartException(
                        "CARAVAN_S3_ACCESS_KEY and CARAVAN_S3_SECRET_KEY go together; set both or neither.");
            }
            return new S3Connection(
                    isSet(endpoint) ? uri(String.valueOf(endpoint)) : null,
                    isSet(region) ? String.valueOf(region) : DEFAULT_REGION,
                    isSet(accessKey)
                            ? new S3Connection.Keys(String.valueOf(accessKey), String.valueOf(secretKey))
                            : null);
        }

        private static URI uri(String endpoint) {
            if (!endpoint.matches("https?://[^/]+.*")) {
                throw new StartException(
                        "CARAVAN_S3_ENDPOINT must be a URL like https://s3.example.com, and is " + endpoint + ".");
            }
            return URI.create(endpoint);
        }

        @Override
        public String toString() {
            return "S3[" + endpoint + ", " + region + ", " + accessKey + ", ***]";
        }
    }

    boolean kafkaIsExternal() {
        return isSet(kafka.get(BOOTSTRAP));
    }

    KafkaConnection externalKafka() {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.values().removeIf(v -> v.toString().isBlank());
        return new KafkaConnection(String.valueOf(properties.remove(BOOTSTRAP)), properties);
    }

    static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }

    @Override
    public String toString() {
        return "ConnectionSettings[" + dataDir + ", kafka=" + kafka.keySet() + ", " + s3 + "]";
    }
}
