package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.testing.Servers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Pipelines in a real PostgreSQL. */
class JdbcPipelineStoreIT extends PipelineStoreContract {
    private static final int REPLICAS = 8;

    private static PipelineStore store;
    private static TransactionTemplate transactions;

    @BeforeAll
    static void start() {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        transactions = new TransactionTemplate(new DataSourceTransactionManager(source));
        store = new JdbcPipelineStore(JdbcClient.create(source), transactions);
    }

    @Override
    PipelineStore store() {
        return store;
    }

    @Test
    void allReplicasGetTheSameSchema() throws Exception {
        Pipeline pipeline = pipeline("race-schema");
        store.insert(pipeline);
        List<Map<String, String>> got = atOnce(
                replica -> store.rememberSchema(pipeline.id(), "messages", Map.of("from", "DECIMAL(" + replica + ")")));
        assertThat(new HashSet<>(got)).hasSize(1);
    }

    @Test
    void oneReplicaStoresAVersionTheOthersAreTold() throws Exception {
        Pipeline pipeline = pipeline("race-version");
        store.insert(pipeline);
        Pipeline next = pipeline("race-version", pipeline.id(), 2);
        assertThat(atOnce(replica -> store.addVersion(next))).containsOnlyOnce(true);
        assertThat(store.versions(pipeline.id(), 100, 10)).hasSize(2);
    }

    @Test
    void oneReplicaInsertsANameTheOthersAreTold() throws Exception {
        assertThat(atOnce(replica -> store.insert(pipeline("race-name")))).containsOnlyOnce(true);
    }

    @Test
    void whatIsStoredGoesWithTheTransactionAroundIt() {
        Pipeline pipeline = pipeline("rolled-back");
        PipelineChanges changes = new PipelineChanges(
                store,
                event -> {
                    throw new IllegalStateException("a listener fails");
                },
                transactions);
        assertThatThrownBy(() -> changes.insert(pipeline)).hasMessage("a listener fails");
        assertThat(store.find(pipeline.id())).isEmpty();
    }

    private static Pipeline pipeline(String name) {
        return pipeline(name, PipelineChanges.newId(), 1);
    }

    private static Pipeline pipeline(String name, String id, int version) {
        PipelineSpec spec = new PipelineSpec(
                name,
                null,
                PipelineOptions.DEFAULTS,
                Map.of(),
                List.of(new Step("lake", "s3-sink", Map.of("bucket", "lake"))));
        return new Pipeline(id, "race", version, spec, false, null, Instant.EPOCH, Instant.EPOCH);
    }

    private interface Replica<T> {
        T act(int number);
    }

    private static <T> List<T> atOnce(Replica<T> replica) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(REPLICAS);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 1; i <= REPLICAS; i++) {
                int number = i;
                calls.add(() -> replica.act(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
