package dev.caravan.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.testing.Servers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is told of a pipeline's status, with several replicas on a real PostgreSQL. */
class TransitionsIT {
    private static final int REPLICAS = 8;

    private static JdbcClient jdbc;
    private static LifecycleStore store;
    private static TransactionTemplate transactions;

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Transitions transitions = new Transitions(store, this::hear, transactions, "here");
    private String pipeline = "";

    @BeforeAll
    static void start() {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        jdbc = JdbcClient.create(source);
        store = new JdbcLifecycleStore(jdbc);
        transactions = new TransactionTemplate(new DataSourceTransactionManager(source));
    }

    @BeforeEach
    void aStoppedPipeline() {
        pipeline = Servers.newName("pl");
        jdbc.sql("INSERT INTO pipeline (id, project, name, version, created_at) VALUES (:id, 'p', :id, 1, now())")
                .param("id", pipeline)
                .update();
        store.want(pipeline, DesiredStatus.STOPPED, null, null);
    }

    private void hear(Object event) {
        if (event instanceof PipelineMoved moved) {
            told.add(moved.from() + " " + moved.to() + (moved.reason() == null ? "" : " " + moved.reason()));
        }
    }

    private void report(String replica, PipelineStatus status, @Nullable String reason) {
        store.report(
                replica + pipeline, List.of(new LifecycleStore.Local(pipeline, status, 1, 1, reason, reason, null, 0)));
    }

    private void gone(String replica) {
        store.report(replica + pipeline, List.of());
    }

    @Test
    void aHaltPausesOnlyWhatShouldRun() {
        store.halt(pipeline, wish().since(), "too_many_dead_letters", "all of them");
        assertThat(wish().status()).isEqualTo(DesiredStatus.STOPPED);
        assertThat(wish().reason()).isNull();
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        Instant running = wish().since();
        store.halt(pipeline, running, "too_many_dead_letters", "all of them");
        store.halt(pipeline, running, "another", "a second one");
        assertThat(wish().status()).isEqualTo(DesiredStatus.PAUSED);
        assertThat(wish().reason()).isEqualTo("too_many_dead_letters");
    }

    @Test
    void aHaltThatIsOlderThanTheWishToGoOnPausesNothing() {
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        Instant before = wish().since();
        assertThat(Move.RESUME.from(DesiredStatus.RUNNING, PipelineStatus.RUNNING))
                .as("it does go on")
                .isEqualTo(Move.Step.NOTHING);
        assertThat(Move.RESUME.from(DesiredStatus.RUNNING, PipelineStatus.PAUSED))
                .as("a replica has paused it and has not said why yet")
                .isEqualTo(Move.Step.WANT_RUNNING);
        store.want(pipeline, DesiredStatus.RUNNING, null, null);

        store.halt(pipeline, before, "too_many_dead_letters", "all of them");

        assertThat(wish().status()).isEqualTo(DesiredStatus.RUNNING);
        assertThat(wish().reason()).isNull();
    }

    private Desired wish() {
        return store.find(pipeline).orElseThrow();
    }

    @Test
    void manyReplicasTellOfAChangeOnce() throws Exception {
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        report("a", PipelineStatus.RUNNING, null);
        ExecutorService threads = Executors.newFixedThreadPool(REPLICAS);
        try {
            List<Callable<Void>> looks = Collections.nCopies(REPLICAS * 5, () -> {
                transitions.tell(pipeline);
                return null;
            });
            for (Future<Void> look : threads.invokeAll(looks)) {
                look.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(told).containsExactly("STOPPED RUNNING");
    }

    @Test
    void whatLastsIsToldAndWhatPassesIsNot() {
        transitions.tell(pipeline);
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        look();
        report("a", PipelineStatus.STARTING, null);
        look();
        report("a", PipelineStatus.RUNNING, null);
        look();
        report("a", PipelineStatus.STOPPING, null);
        look();
        gone("a");
        look();
        report("a", PipelineStatus.RUNNING, null);
        look();
        store.want(pipeline, DesiredStatus.PAUSED, null, null);
        look();
        report("a", PipelineStatus.PAUSED, null);
        look();
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        look();
        report("a", PipelineStatus.RUNNING, null);
        look();
        store.want(pipeline, DesiredStatus.STOPPED, null, null);
        look();
        gone("a");
        look();
        assertThat(told).containsExactly("STOPPED RUNNING", "RUNNING PAUSED", "PAUSED RUNNING", "RUNNING STOPPED");
    }

    @Test
    void aFailureIsToldWithItsReason() {
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        report("a", PipelineStatus.FAILED, "bucket_missing");
        look();
        report("a", PipelineStatus.STARTING, null);
        look();
        report("a", PipelineStatus.FAILED, "bucket_missing");
        look();
        assertThat(told).containsExactly("STOPPED FAILED bucket_missing");
    }

    @Test
    void aChangeThatCannotBeToldIsToldLater() {
        store.want(pipeline, DesiredStatus.RUNNING, null, null);
        report("a", PipelineStatus.RUNNING, null);
        Transitions deaf = new Transitions(
                store,
                event -> {
                    throw new IllegalStateException("a listener fails");
                },
                transactions,
                "deaf");
        assertThatThrownBy(() -> deaf.tell(pipeline)).hasMessage("a listener fails");
        look();
        assertThat(told).containsExactly("STOPPED RUNNING");
    }

    /** As the reconciler does it. */
    private void look() {
        transitions.tell(store.all().stream()
                .filter(desired -> desired.pipeline().equals(pipeline))
                .collect(java.util.stream.Collectors.toMap(Desired::pipeline, desired -> desired)));
    }
}
