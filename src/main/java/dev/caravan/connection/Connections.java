package dev.caravan.connection;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.s3.S3Client;

/** The connections that everybody shares: to the servers that are configured, else to the bundled ones. */
@Configuration(proxyBeanMethods = false)
class Connections {
    private static final int STANDSTILL_SECONDS = 10;
    private static final int POOL_SIZE = 16;
    private static final long CONNECTION_TIMEOUT_MS = 4000; // an API call without a database fails, it does not hang
    private static final String SOCKET_TIMEOUT_SECONDS = "60";

    @Bean(destroyMethod = "close")
    DataDirectory dataDirectory(ConnectionSettings settings) {
        return DataDirectory.open(settings.dataDir());
    }

    @Bean
    Bundled bundled(ConnectionSettings settings, DatabaseSettings database) {
        return new Bundled(
                !settings.kafkaIsExternal(),
                !database.external(),
                !settings.s3().external());
    }

    @Bean
    Demo demo(@Value("${caravan.demo:#{null}}") @Nullable Boolean wanted, Bundled bundled) {
        return new Demo(wanted == null ? bundled.all() : wanted);
    }

    @Bean
    KafkaConnection kafkaConnection(Bundled bundled, ConnectionSettings settings, BundledServers servers) {
        return bundled.kafka() ? servers.kafka() : settings.externalKafka();
    }

    @Bean
    S3Connection s3Connection(Bundled bundled, ConnectionSettings settings, BundledServers servers) {
        return bundled.s3() ? servers.s3() : settings.s3().connection();
    }

    @Bean
    DatabaseConnection databaseConnection(Bundled bundled, DatabaseSettings settings, BundledServers servers) {
        return bundled.database() ? servers.database() : settings.connection();
    }

    @Bean(destroyMethod = "close")
    S3Client s3Client(S3Connection connection) {
        return S3Clients.open(connection);
    }

    @Bean(destroyMethod = "close")
    @ConfigurationProperties("spring.datasource.hikari")
    HikariDataSource dataSource(DatabaseConnection database, ServerProperties server) {
        int port = server.getPort() == null ? 0 : server.getPort();
        new DatabaseWait().untilReachable(database, new WaitingPage(server.getAddress(), port));
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName("postgresql");
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(POOL_SIZE);
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
        pool.setInitializationFailTimeout(-1);
        // a replica that stands still, or that the network has cut off, lets go of its locks
        pool.setConnectionInitSql("SET idle_in_transaction_session_timeout = '" + STANDSTILL_SECONDS + "s'");
        pool.addDataSourceProperty("ApplicationName", "caravan");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("connectTimeout", Long.toString(CONNECTION_TIMEOUT_MS / 1000));
        pool.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        return pool;
    }

    /** Through the pool that requests use, so that a pool without connections is not ready either. */
    @Bean(destroyMethod = "close")
    DatabaseHealthIndicator databaseHealthIndicator(HikariDataSource pool) {
        return new DatabaseHealthIndicator(() -> {
            try (Connection connection = pool.getConnection()) {
                if (!connection.isValid(1)) {
                    throw new SQLException("the connection is not valid");
                }
            }
        });
    }

    @Bean
    ServerWatch serversHealthIndicator(
            Bundled bundled, KafkaConnection kafka, DatabaseConnection database, S3Connection connection, S3Client s3) {
        Map<String, Probe> external = new HashMap<>();
        if (!bundled.database()) {
            external.put("PostgreSQL at " + database.address(), Probe.of(database));
        }
        if (!bundled.kafka()) {
            external.put(kafka.toString(), Probe.of(kafka));
        }
        if (!bundled.s3()) {
            external.put(connection.toString(), Probe.of(s3));
        }
        return new ServerWatch(external);
    }

    /** Plain routes that a user drops in reach the same Kafka. Camel finds the S3 client by itself. */
    @Bean
    ComponentCustomizer kafkaOfPlainRoutes(KafkaConnection kafka) {
        return ComponentCustomizer.builder(KafkaComponent.class).build(component -> {
            component.getConfiguration().setBrokers(kafka.bootstrapServers());
            component.getConfiguration().setAdditionalProperties(new HashMap<>(kafka.clientProperties()));
        });
    }
}
