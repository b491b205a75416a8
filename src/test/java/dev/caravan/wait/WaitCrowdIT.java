package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.testing.Servers;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Three replicas at one database, over and over ({@code -Dwaits.iterations=…}), where more is at stake than one wait: prefixes,
 * purges, rows that go on, watchers, pipelines that are deleted, connections that break.
 */
class WaitCrowdIT {
    private static final int ITERATIONS = Integer.getInteger("waits.iterations", 1_000);

    private static final List<Instance> REPLICAS = new ArrayList<>();
    private static DatabaseConnection database;
    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        database = WaitDatabase.create();
        IntStream.range(0, 3).forEach(i -> REPLICAS.add(new Instance(database)));
        threads = Executors.newFixedThreadPool(8);
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        REPLICAS.forEach(Instance::close);
    }

    @AfterEach
    void nothingIsOutOfStep() {
        WaitDatabase.assertConsistent(REPLICAS.get(0));
    }

    private interface Iteration {
        void run(String key, int number) throws Exception;
    }

    private static void over(String name, int times, Iteration iteration) throws Exception {
        for (int i = 0; i < times; i++) {
            iteration.run(name + ":" + i + ":", i);
        }
    }

    @SafeVarargs
    private static <T> List<T> together(Callable<T>... calls) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> result : threads.invokeAll(List.of(calls))) {
            results.add(result.get());
        }
        return results;
    }

    private static ParkingPlace place(String pipeline) {
        return new ParkingPlace("p", pipeline, 1, 1, "paid", 600);
    }

    private static Parking row(String key, long offset) {
        return new Parking(key, UUID.randomUUID(), "{}", "t", 0, offset, null, null, Instant.EPOCH, null);
    }

    private static boolean park(int replica, String pipeline, Parking... rows) {
        return REPLICAS.get(replica).waits.park(place(pipeline), List.of(rows)).size() == rows.length;
    }

    private static Broadcasts.Resolved broadcast(int replica, String prefix) {
        return REPLICAS.get(replica).broadcasts.send("p", prefix, "0", "k");
    }

    private static String send(int replica, String key, String payload) throws Exception {
        return Told.by(() -> REPLICAS.get(replica).send(key, payload));
    }

    private static Set<String> received(String prefix) {
        return new HashSet<>(REPLICAS.get(0)
                .jdbc
                .sql("SELECT event_key FROM wait WHERE event_key LIKE :prefix AND status = 'received'")
                .param("prefix", prefix + "%")
                .query(String.class)
                .list());
    }

    private static List<String> named(List<Broadcasts.Resolved> broadcasts) {
        return broadcasts.stream()
                .flatMap(each -> each.waits().stream())
                .map(Wait::key)
                .toList();
    }

    @Test
    void aWaitThatComesDuringBroadcastsIsInOneOfThemOrOut() throws Exception {
        over("created", ITERATIONS, (key, number) -> {
            park(0, "pl_c", row(key + "before", number));
            List<Broadcasts.Resolved> sent = together(() -> broadcast(0, key), () -> broadcast(1, key), () -> {
                park(2, "pl_c", row(key + "late", number));
                return new Broadcasts.Resolved(List.of(), 0, 0);
            });
            assertThat(named(sent)).as(key).contains(key + "before").containsExactlyInAnyOrderElementsOf(received(key));
        });
    }

    @Test
    void broadcastsThatOverlapShareTheWaitsOut() throws Exception {
        over("overlap", ITERATIONS / 2, (key, number) -> {
            Parking[] rows = IntStream.range(0, 20)
                    .mapToObj(i -> row(key + (char) ('a' + i / 10) + i % 10, i))
                    .toArray(Parking[]::new);
            park(0, "pl_o", rows);
            List<Broadcasts.Resolved> sent =
                    together(() -> broadcast(0, key), () -> broadcast(1, key + "a"), () -> broadcast(2, key + "b"));
            assertThat(named(sent)).as(key).hasSize(20).containsExactlyInAnyOrderElementsOf(received(key));
            assertThat(sent.stream().mapToLong(Broadcasts.Resolved::resolved).sum())
                    .isEqualTo(20);
        });
    }

    @Test
    void aLateSignalIsAnsweredAsBeforeThePurgeOrAsAfterIt() throws Exception {
        // each looks through all that has been purged and is not vacuumed, so fewer times
        over("purged", ITERATIONS / 4, (key, number) -> {
            REPLICAS.get(0).register(key);
            assertThat(send(0, key, "1")).isEqualTo("received");
            List<String> told = together(
                    () -> send(0, key, "1"),
                    () -> send(1, key, "2"),
                    () -> "gone " + purge(2),
                    () -> Told.by(() -> REPLICAS.get(1).waits.send("p", key + "early", "3", 60, "k")));
            assertThat(told.get(0)).isIn("replayed", "wait.not_found");
            assertThat(told.get(1)).isIn("wait.already_received", "wait.not_found");
            assertThat(told.get(3)).as("no purge takes what is kept").isEqualTo("kept");
            assertThat(REPLICAS.get(2).register(key + "early").responsePayload())
                    .isEqualTo("3");
            purge(0);
            assertThat(send(0, key, "1")).isEqualTo("wait.not_found");
        });
    }

    private static long purge(int replica) {
        return REPLICAS.get(replica)
                .broadcasts
                .purge("p", java.time.Duration.ZERO)
                .deleted();
    }

    /** Takes what can go on, as a replica does; by offset, the payload that each row has then. */
    private static Map<Long, String> goOn(int replica, String pipeline) {
        Instance here = REPLICAS.get(replica);
        Resumptions resumptions = new Resumptions(here.jdbc);
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(here.pool));
        Map<Long, String> gone = new TreeMap<>();
        List<UUID> claims = new ArrayList<>();
        transaction.executeWithoutResult(
                status -> resumptions.lock(List.of(pipeline)).ready().forEach(ready -> {
                    claims.add(UUID.randomUUID());
                    resumptions.give(ready, claims.get(claims.size() - 1));
                }));
        for (UUID claim : claims) {
            for (Resumable each : resumptions.of(claim)) {
                String before =
                        gone.put(each.offset(), String.valueOf(each.outcome().responsePayload()));
                assertThat(before).as("offset " + each.offset()).isNull();
            }
            resumptions.done(claim);
        }
        return gone;
    }

    @Test
    void aKeyIsUsedAgainWhileRowsThatHadItGoOnAndEachGoesOnOnceWithItsOwnEvent() throws Exception {
        String key = "again";
        Map<Long, String> gone = new TreeMap<>();
        for (int i = 0; i < ITERATIONS; i++) {
            long offset = i;
            for (Map<Long, String> some : together(
                    () -> goOn(1, "pl_a"),
                    () -> {
                        park(0, "pl_a", row(key, offset));
                        return Map.<Long, String>of();
                    },
                    () -> {
                        send(2, key, String.valueOf(offset));
                        return Map.<Long, String>of();
                    },
                    () -> goOn(2, "pl_a"))) {
                some.forEach((at, payload) -> assertThat(gone.put(at, payload))
                        .as("offset " + at + " goes on once")
                        .isNull());
            }
        }
        goOn(0, "pl_a")
                .forEach((at, payload) -> assertThat(gone.put(at, payload)).isNull());
        Map<Long, String> stored = new TreeMap<>();
        REPLICAS.get(0)
                .jdbc
                .sql("SELECT \"offset\", response_payload FROM wait WHERE pipeline = 'pl_a' AND status = 'received'")
                .query((row, number) -> stored.put(row.getLong(1), row.getString(2)))
                .list();
        assertThat(gone).isNotEmpty().isEqualTo(stored);
    }

    @Test
    void whoWatchesIsToldOfTheEndWheneverItComes() throws Exception {
        over("watched", ITERATIONS, (key, number) -> {
            Wait wait = REPLICAS.get(0).register(key);
            if (number % 3 == 2) {
                REPLICAS.get(0).makeDue(key);
            }
            Watched watched = new Watched();
            together(() -> watched.open(REPLICAS.get(1), key), () -> end(2, key, number), () -> {
                REPLICAS.get(1).streams.look();
                return "looked";
            });
            REPLICAS.get(1).streams.look();
            REPLICAS.get(1).streams.forget(wait.seq(), watched);
            assertThat(watched.told)
                    .as(key)
                    .contains(List.of(WaitStatus.RECEIVED, WaitStatus.CANCELED, WaitStatus.TIMED_OUT)
                            .get(number % 3));
        });
    }

    private static String end(int replica, String key, int number) throws Exception {
        Instance here = REPLICAS.get(replica);
        switch (number % 3) {
            case 0 -> here.send(key, "1");
            case 1 -> here.waits.cancel("p", key, "k");
            default -> here.clock.timeOut();
        }
        return "ended";
    }

    @Test
    void nothingIsLeftOfAPipelineThatIsDeletedWhileItsWaitsEnd() throws Exception {
        over("deleted", ITERATIONS, (key, number) -> {
            String pipeline = "pl_d" + number;
            park(0, pipeline, row(key + "a", 1), row(key + "b", 2), row(key + "c", 3));
            List<String> told = together(
                    () -> send(0, key + "a", "1"),
                    () -> {
                        TransactionTemplate transaction =
                                new TransactionTemplate(new DataSourceTransactionManager(REPLICAS.get(1).pool));
                        transaction.executeWithoutResult(
                                status -> new Resumptions(REPLICAS.get(1).jdbc).forget(pipeline));
                        return "deleted";
                    },
                    () -> Told.by(
                            () -> new Waits.Sent.Received(REPLICAS.get(2).waits.cancel("p", key + "b", "k"), false)),
                    () -> "resolved " + broadcast(0, key + "c").resolved());
            Instance here = REPLICAS.get(0);
            assertThat(told.get(0)).isIn("received", "wait.canceled");
            assertThat(told.get(2)).isIn("canceled", "wait.not_waiting");
            assertThat(here.waits.get("p", key + "a").status())
                    .isEqualTo(told.get(0).equals("received") ? WaitStatus.RECEIVED : WaitStatus.CANCELED);
            assertThat(here.waits.get("p", key + "c").status())
                    .isEqualTo(told.get(3).equals("resolved 1") ? WaitStatus.RECEIVED : WaitStatus.CANCELED);
            assertThat(here.jdbc
                            .sql("SELECT count(*) FROM wait_resume WHERE pipeline = ?")
                            .param(pipeline)
                            .query(Long.class)
                            .single())
                    .isZero();
            // nothing goes on of what is deleted, and that is not to count as missing
            here.jdbc
                    .sql(
                            "UPDATE wait SET pipeline = NULL, step = NULL, run = NULL, job_run_id = 'x' WHERE pipeline = ?")
                    .param(pipeline)
                    .update();
        });
    }

    @Test
    void aSignalWhoseConnectionBreaksIsSentAgainAndCountsOnce() throws Exception {
        over("broken", ITERATIONS / 5, (key, number) -> {
            park(0, "pl_b", row(key, number));
            List<String> told =
                    together(() -> sendUntilTold(0, key), () -> sendUntilTold(1, key), WaitCrowdIT::breakConnections);
            assertThat(told.subList(0, 2)).as(key).isSubsetOf("received", "replayed");
            assertThat(sendUntilTold(2, key)).isEqualTo("replayed");
            // the next one does not begin with connections of this one
            REPLICAS.forEach(replica -> replica.pool.getHikariPoolMXBean().softEvictConnections());
        });
    }

    private static String sendUntilTold(int replica, String key) throws Exception {
        for (int i = 0; i < 1_000; i++) {
            try {
                return send(replica, key, "1");
            } catch (DataAccessException connectionIsBroken) {
                // whether it has arrived is what nobody knows; to send it again is right in both cases
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("no connection any more");
    }

    private static String breakConnections() throws Exception {
        try (Connection connection = Servers.dataSource(database).getConnection()) {
            connection
                    .createStatement()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                            + " AND backend_type = 'client backend'");
        }
        return "broken";
    }
}
