package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.connection.DatabaseConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Three replicas at one database do the same to the same waits at the same time, over and over
 * ({@code -Dwaits.iterations=…}): whatever the order is, one of them wins and everybody is told the same.
 */
class WaitHammerIT {
    private static final int ITERATIONS = Integer.getInteger("waits.iterations", 1_000);
    private static final ParkingPlace PLACE = new ParkingPlace("p", "pl_1", 1, 1, "paid", 600);

    private static final List<Instance> REPLICAS = new ArrayList<>();
    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        DatabaseConnection database = WaitDatabase.create();
        IntStream.range(0, 3).forEach(i -> REPLICAS.add(new Instance(database)));
        threads = Executors.newFixedThreadPool(32);
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        WaitDatabase.assertConsistent(REPLICAS.get(0));
        REPLICAS.forEach(Instance::close);
    }

    /** What happens in one iteration, by different replicas, and what then has to hold. */
    private interface Contest {
        List<Callable<String>> calls(String key);

        void check(Map<String, Long> outcomes, String key);
    }

    private static Callable<String> send(int replica, String key, String payload) {
        return () -> Told.by(() -> REPLICAS.get(replica % 3).send(key, payload));
    }

    private static Callable<String> cancel(int replica, String key) {
        return () -> Told.by(
                () -> new Waits.Sent.Received(REPLICAS.get(replica % 3).waits.cancel("p", key, "k"), false));
    }

    private static Callable<String> broadcast(int replica, String prefix) {
        return () -> "resolved "
                + REPLICAS.get(replica % 3)
                        .broadcasts
                        .send("p", prefix, "0", "k")
                        .resolved();
    }

    private static void hammer(String name, boolean parked, Contest race) throws Exception {
        hammer(name, ITERATIONS, parked, race);
    }

    private static void hammer(String name, int iterations, boolean parked, Contest race) throws Exception {
        for (int i = 0; i < iterations; i++) {
            String key = name + ":" + i + ":";
            if (parked) {
                REPLICAS.get(0).waits.park(PLACE, List.of(row(key)));
            }
            Map<String, Long> outcomes = new TreeMap<>();
            for (Future<String> outcome : threads.invokeAll(race.calls(key))) {
                outcomes.merge(outcome.get(), 1L, Long::sum);
            }
            race.check(outcomes, key);
        }
    }

    private static Parking row(String key) {
        return new Parking(
                key, java.util.UUID.randomUUID(), "{}", "t", 0, 0, null, null, java.time.Instant.EPOCH, null);
    }

    private static WaitStatus status(String key) {
        return REPLICAS.get(1).waits.get("p", key).status();
    }

    private static void hammer(String name, List<Call> calls, Check check) throws Exception {
        hammer(name, ITERATIONS, calls, check);
    }

    private static void hammer(String name, int iterations, List<Call> calls, Check check) throws Exception {
        hammer(name, iterations, true, new Contest() {
            @Override
            public List<Callable<String>> calls(String key) {
                return IntStream.range(0, calls.size())
                        .mapToObj(i -> calls.get(i).of(i, key))
                        .toList();
            }

            @Override
            public void check(Map<String, Long> outcomes, String key) {
                check.of(outcomes, key);
            }
        });
    }

    private interface Call {
        Callable<String> of(int replica, String key);
    }

    private interface Check {
        void of(Map<String, Long> outcomes, String key);
    }

    @Test
    void equalSignalsAreOne() throws Exception {
        Call send = (replica, key) -> send(replica, key, "1");
        // as many at once as there are threads, and so fewer times
        int times = Math.max(1, ITERATIONS / 4);
        hammer("equal", times, java.util.Collections.nCopies(32, send), (outcomes, key) -> assertThat(outcomes)
                .isEqualTo(Map.of("received", 1L, "replayed", 31L)));
    }

    @Test
    void ofDifferentSignalsOneIsReceived() throws Exception {
        Call send = (replica, key) -> send(replica, key, String.valueOf(replica));
        hammer("different", java.util.Collections.nCopies(6, send), (outcomes, key) -> assertThat(outcomes)
                .isEqualTo(Map.of("received", 1L, "wait.already_received", 5L)));
    }

    @Test
    void aSignalOrACancellation() throws Exception {
        List<Call> calls = List.of(
                (replica, key) -> send(replica, key, "1"),
                (replica, key) -> cancel(replica, key),
                (replica, key) -> send(replica, key, "1"));
        hammer("cancel", calls, (outcomes, key) -> assertThat(outcomes)
                .isEqualTo(
                        status(key) == WaitStatus.RECEIVED
                                ? Map.of("received", 1L, "replayed", 1L, "wait.not_waiting", 1L)
                                : Map.of("canceled", 1L, "wait.canceled", 2L)));
    }

    @Test
    void aPrefixOrASingleSignalOrACancellation() throws Exception {
        List<Call> calls = List.of(
                (replica, key) -> broadcast(replica, key),
                (replica, key) -> send(replica, key, "1"),
                (replica, key) -> broadcast(replica, key.substring(0, key.length() - 1)),
                (replica, key) -> cancel(replica, key));
        hammer("prefix", calls, (outcomes, key) -> {
            long won = outcomes.getOrDefault("resolved 1", 0L)
                    + outcomes.getOrDefault("received", 0L)
                    + outcomes.getOrDefault("canceled", 0L);
            assertThat(won).as(key + outcomes).isEqualTo(1);
        });
    }

    @Test
    void aSignalOrATimeOutOrACancellationAtTheSameMoment() throws Exception {
        List<Call> calls = List.of(
                (replica, key) -> send(replica, key, "1"),
                (replica, key) -> () -> {
                    REPLICAS.get(1).clock.timeOut();
                    return "looked";
                },
                (replica, key) -> cancel(replica, key));
        for (int i = 0; i < ITERATIONS; i++) {
            String key = "due:" + i;
            REPLICAS.get(0).waits.park(PLACE, List.of(row(key)));
            // up to 5 ms in the past or in the future
            REPLICAS.get(0)
                    .jdbc
                    .sql("UPDATE wait SET expires_at = clock_timestamp() + (random() * 10 - 3) * interval '1 ms'"
                            + " WHERE event_key = :key AND status = 'waiting'")
                    .param("key", key)
                    .update();
            List<String> outcomes = new ArrayList<>();
            List<Callable<String>> tasks = IntStream.range(0, 3)
                    .mapToObj(replica -> calls.get(replica).of(replica, key))
                    .toList();
            for (Future<String> outcome : threads.invokeAll(tasks)) {
                outcomes.add(outcome.get());
            }
            // nothing ends it but these: what nobody has ended is overdue for both
            assertThat(List.of(outcomes.get(0), outcomes.get(2)))
                    .as(key)
                    .isIn(
                            List.of("received", "wait.not_waiting"),
                            List.of("wait.canceled", "canceled"),
                            List.of("wait.timed_out", "wait.not_waiting"));
            if (outcomes.get(0).equals("received")) {
                assertThat(status(key)).isEqualTo(WaitStatus.RECEIVED);
            } else if (outcomes.get(2).equals("canceled")) {
                assertThat(status(key)).isEqualTo(WaitStatus.CANCELED);
            }
        }
        org.awaitility.Awaitility.await().untilAsserted(() -> {
            REPLICAS.get(0).clock.timeOut();
            assertThat(REPLICAS.get(0)
                            .count("SELECT count(*) FROM wait WHERE status = 'waiting' AND event_key LIKE 'due:%'"))
                    .isZero();
        });
    }

    @Test
    void anEarlyEventIsNeverMissedByItsWait() throws Exception {
        hammer("early", false, new Contest() {
            @Override
            public List<Callable<String>> calls(String key) {
                return List.of(
                        () -> Told.by(() -> REPLICAS.get(0).waits.send("p", key, "1", 600, "k")),
                        () -> {
                            REPLICAS.get(1).waits.park(PLACE, List.of(row(key)));
                            return "parked";
                        },
                        () -> Told.by(() -> REPLICAS.get(2).waits.send("p", key, "1", 600, "k")));
            }

            @Override
            public void check(Map<String, Long> outcomes, String key) {
                assertThat(status(key)).as(key + outcomes).isEqualTo(WaitStatus.RECEIVED);
            }
        });
    }

    @Test
    void aKeyIsUsedAgainWhileSignalsFly() throws Exception {
        String key = "again";
        REPLICAS.get(0).waits.park(PLACE, List.of(row(key)));
        long received = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            int round = i;
            List<Callable<String>> tasks = List.of(
                    () -> String.valueOf(
                            REPLICAS.get(0).waits.park(PLACE, List.of(row(key))).size()),
                    send(1, key, String.valueOf(round)),
                    cancel(2, key));
            for (Future<String> outcome : threads.invokeAll(tasks)) {
                received += outcome.get().equals("received") ? 1 : 0;
            }
        }
        assertThat(REPLICAS.get(0).count("SELECT count(*) FROM wait WHERE event_key = 'again' AND status = 'received'"))
                .isEqualTo(received);
        assertThat(REPLICAS.get(0).count("SELECT count(*) FROM wait WHERE event_key = 'again' AND status = 'waiting'"))
                .isLessThanOrEqualTo(1);
    }
}
