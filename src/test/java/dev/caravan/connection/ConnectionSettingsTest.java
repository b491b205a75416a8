package dev.caravan.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Which servers are external, and what their clients are told, by the environment of the program. */
class ConnectionSettingsTest {
    @Test
    void nothingSetMeansThatAllServersAreEmbedded() {
        ConnectionSettings settings = settings(Map.of());
        assertThat(settings.kafkaIsExternal()).isFalse();
        assertThat(settings.s3().external()).isFalse();
    }

    @Test
    void everyPropertyOfAKafkaClientCanBeSet() {
        ConnectionSettings settings = settings(Map.of(
                "CARAVAN_KAFKA_BOOTSTRAP_SERVERS", "a:9092,b:9092",
                "CARAVAN_KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "CARAVAN_KAFKA_SASL_JAAS_CONFIG", "Module required password=\"secret\";",
                "CARAVAN_KAFKA_SSL_TRUSTSTORE_LOCATION", ""));
        assertThat(settings.kafkaIsExternal()).isTrue();
        KafkaConnection kafka = settings.externalKafka();
        assertThat(kafka.bootstrapServers()).isEqualTo("a:9092,b:9092");
        assertThat(kafka.clientProperties())
                .isEqualTo(Map.of(
                        "security.protocol", "SASL_SSL", "sasl.jaas.config", "Module required password=\"secret\";"));
        assertThat(kafka.with(Map.of("client.id", "x")))
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("client.id", "x");
        assertThat(settings.toString() + kafka).doesNotContain("secret");
    }

    @Test
    void withoutKeysThoseOfAmazonsDefaultChainAreUsed() {
        S3Connection s3 =
                settings(Map.of("CARAVAN_S3_REGION", "eu-north-1")).s3().connection();
        assertThat(s3.endpoint()).isNull();
        assertThat(s3.region()).isEqualTo("eu-north-1");
        assertThat(s3.keys()).isNull();
        assertThat(s3).hasToString("S3 at AWS in eu-north-1");
    }

    @Test
    void whatCannotBeMeantIsSaidInOneSentence() {
        assertThatThrownBy(() ->
                        settings(Map.of("CARAVAN_S3_ACCESS_KEY", "key")).s3().connection())
                .isInstanceOf(StartException.class)
                .hasMessage("CARAVAN_S3_ACCESS_KEY and CARAVAN_S3_SECRET_KEY go together; set both or neither.");
        assertThatThrownBy(() ->
                        settings(Map.of("CARAVAN_S3_ENDPOINT", "s3.test")).s3().connection())
                .isInstanceOf(StartException.class)
                .hasMessage("CARAVAN_S3_ENDPOINT must be a URL like https://s3.example.com, and is s3.test.");
        assertThatThrownBy(() -> new DatabaseSettings("jdbc:mysql://a/b", null, null).connection())
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "SPRING_DATASOURCE_URL must start with jdbc:postgresql: (Caravan knows no other database).");
    }

    private static ConnectionSettings settings(Map<String, Object> environment) {
        StandardEnvironment spring = new StandardEnvironment();
        spring.getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
        ConfigurationPropertySources.attach(spring);
        return Binder.get(spring).bindOrCreate("caravan", ConnectionSettings.class);
    }
}
