package dev.caravan.delivery;

import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Connects the delivery to the object store and the broker, and holds the hook of the crash tests. */
@Configuration(proxyBeanMethods = false)
class DeliveryBeans {
    @Bean
    Faults faults(
            @Value("#{systemProperties['" + KillingFaults.PROPERTY + "']}") @Nullable String kill,
            @Value("#{systemProperties['" + KillingFaults.STOP_PROPERTY + "']}") @Nullable String stop) {
        if (kill != null) {
            return KillingFaults.parse(kill, () -> Runtime.getRuntime().halt(KillingFaults.EXIT_CODE));
        }
        return stop == null ? Faults.NONE : KillingFaults.parse(stop, KillingFaults::standStill);
    }

    @Bean
    S3Objects s3Objects(S3Connection connection, DeliverySettings settings, Faults faults) {
        S3Attempts attempts = new S3Attempts(connection, duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos()));
        return new S3Objects(S3Clients.open(connection, settings.timeout()), settings, attempts, faults);
    }

    @Bean
    KafkaRows kafkaRows(KafkaConnection connection) {
        return new KafkaRows(connection.with(Map.of()));
    }
}
