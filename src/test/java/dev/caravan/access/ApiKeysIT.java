package dev.caravan.access;

import dev.caravan.testing.Servers;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Keys in PostgreSQL, with two replicas. */
class ApiKeysIT extends ApiKeysContract {
    private static ApiKeyStore one;
    private static ApiKeyStore other;

    @BeforeAll
    static void start() {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        one = replica(source);
        other = replica(source);
    }

    private static ApiKeyStore replica(DataSource source) {
        return new JdbcApiKeyStore(
                JdbcClient.create(source), new TransactionTemplate(new DataSourceTransactionManager(source)));
    }

    @Override
    ApiKeyStore store() {
        return one;
    }

    @Override
    ApiKeyStore otherReplica() {
        return other;
    }
}
