package dev.caravan.wait;

import static dev.caravan.wait.WaitDatabase.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.problem.Problem;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What comes first and what second, made certain by a statement that stands still. */
class WaitOrderIT {
    private static final ParkedSql SQL = new ParkedSql();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static DatabaseConnection database;
    private static Instance here;
    private static Instance there;

    private final String key = "order:" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        database = WaitDatabase.create();
        here = new Instance(database, SQL::around);
        there = new Instance(database);
    }

    @AfterAll
    static void stop() {
        THREADS.shutdownNow();
        here.close();
        there.close();
    }

    @AfterEach
    void nothingIsOutOfStep() {
        WaitDatabase.assertConsistent(there);
    }

    private static ParkingPlace place(String pipeline) {
        return new ParkingPlace("p", pipeline, 1, 1, "paid", 600);
    }

    private Parking row(UUID run, long offset) {
        return new Parking(key, run, "{\"id\":1}", "t", 0, offset, null, "", Instant.EPOCH, null);
    }

    private WaitStatus status() {
        return there.queries.find("p", key).orElseThrow().status();
    }

    @Race
    void aCancellationThatComesAfterTheTimeOutIsRefused() throws Exception {
        here.register(key);
        ParkedSql.Parked cancellation = SQL.before("status = 'canceled'");
        Future<?> canceled =
                THREADS.submit(() -> assertRefused(() -> here.waits.cancel("p", key, "k"), WaitReason.NOT_WAITING));
        cancellation.awaitReached();
        there.makeDue(key);
        there.clock.timeOut();
        cancellation.release();
        canceled.get();
        assertThat(status()).isEqualTo(WaitStatus.TIMED_OUT);
    }

    @Race
    void aTimeOutThatComesAfterTheCancellationFindsNothing() throws Exception {
        here.register(key);
        there.makeDue(key);
        ParkedSql.Parked round = SQL.before("FOR UPDATE SKIP LOCKED");
        Future<?> timedOut = THREADS.submit(here.clock::timeOut);
        round.awaitReached();
        there.jdbc
                .sql("UPDATE wait SET expires_at = now() + interval '1 h' WHERE event_key = :key")
                .param("key", key)
                .update();
        there.waits.cancel("p", key, "k");
        there.jdbc
                .sql("UPDATE wait SET expires_at = now() - interval '1 h' WHERE event_key = :key")
                .param("key", key)
                .update();
        round.release();
        timedOut.get();
        assertThat(status()).isEqualTo(WaitStatus.CANCELED);
    }

    @Race
    void aWaitThatComesDuringABroadcastIsInItOrOut() throws Exception {
        here.register(key + "/before");
        for (boolean inTime : new boolean[] {true, false}) {
            String late = key + "/" + inTime;
            ParkedSql.Parked broadcast = inTime ? SQL.before("picked") : SQL.after("picked");
            Future<Broadcasts.Resolved> sent = THREADS.submit(() -> here.broadcasts.send("p", key, "1", "k"));
            broadcast.awaitReached();
            there.register(late);
            broadcast.release();
            boolean named =
                    sent.get().waits().stream().anyMatch(wait -> wait.key().equals(late));
            assertThat(named).isEqualTo(inTime);
            assertThat(there.queries.find("p", late).orElseThrow().status())
                    .isEqualTo(inTime ? WaitStatus.RECEIVED : WaitStatus.WAITING);
        }
    }

    @Race
    void aKeyIsUsedAgainWhileTheRowThatHadItGoesOnAndEachRowHasItsOwnEvent() {
        String pipeline = "pl_" + UUID.randomUUID();
        UUID run = UUID.randomUUID();
        here.waits.park(place(pipeline), List.of(row(run, 1)));
        here.send(key, "1");
        there.waits.park(place(pipeline), List.of(row(UUID.randomUUID(), 2)));
        there.send(key, "2");

        Resumptions resumptions = new Resumptions(there.jdbc);
        UUID claim = UUID.randomUUID();
        new TransactionTemplate(new DataSourceTransactionManager(there.pool)).executeWithoutResult(status -> {
            Resumptions.Ready ready =
                    resumptions.lock(List.of(pipeline)).ready().get(0);
            assertThat(ready.offsets()).containsExactly(1L, 2L);
            resumptions.give(ready, claim);
        });
        assertThat(resumptions.of(claim))
                .extracting(each -> each.outcome().responsePayload())
                .containsExactly("1", "2");
        assertThat(resumptions.lock(List.of(pipeline)).ready()).isEmpty();
        resumptions.done(claim);
        assertThat(resumptions.of(claim)).isEmpty();
        assertThat(resumptions.waitingFor(List.of(pipeline))).isEmpty();
    }

    @Race
    void rowsParkUnderNewKeysAtOnceAndNoneWhenOneIsTaken() {
        String pipeline = "pl_" + UUID.randomUUID();
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(there.pool));
        List<Parking> rows = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            byte[] odd = {0, 1, (byte) 0xff};
            rows.add(new Parking(
                    key + "ü\uD83D\uDE00" + i,
                    UUID.randomUUID(),
                    "{\"id\":\"\\u0000ü\"}",
                    "t",
                    7,
                    i,
                    odd,
                    "a=b",
                    Instant.parse("2026-01-02T03:04:05.678Z"),
                    i % 2 == 0 ? odd : null));
        }
        assertThat(transaction.<Boolean>execute(status -> there.waits.parkNew(place(pipeline), rows)))
                .isTrue();
        Wait parked = there.queries.find("p", key + "ü\uD83D\uDE00" + 2_999).orElseThrow();
        assertThat(parked.requestPayload()).isEqualTo("{\"id\":\"\\u0000ü\"}");
        assertThat(parked.expiresAt()).isEqualTo(parked.requestedAt().plusSeconds(600));
        assertThat(
                        there.count(
                                "SELECT count(*) FROM wait WHERE pipeline = '" + pipeline
                                        + "' AND message_key = '\\x0001ff' AND (message IS NULL) = (\"offset\" % 2 = 1)"
                                        + " AND message_time = '2026-01-02T03:04:05.678Z' AND message_headers = 'a=b' AND partition = 7"))
                .isEqualTo(3_000);

        List<Parking> again = List.of(row(UUID.randomUUID(), 1), rows.get(5));
        assertThat(transaction.<Boolean>execute(status -> {
                    boolean done = there.waits.parkNew(place(pipeline), again);
                    status.setRollbackOnly();
                    return done;
                }))
                .isFalse();
        assertThat(there.queries.find("p", key)).isEmpty();
    }

    /** The wait ends behind each of the reads in turn, and before each of them. */
    @Race
    void whoWatchesIsToldOfTheEndWheneverItComes() throws Exception {
        for (String read : List.of("AS known", "status <> 'buffered'")) {
            for (boolean before : new boolean[] {true, false}) {
                here.register(key);
                ParkedSql.Parked reading = before ? SQL.before(read) : SQL.after(read);
                Watched watched = new Watched();
                Future<Wait> opened = THREADS.submit(() -> watched.open(here, key));
                reading.awaitReached();
                there.send(key, "1");
                // those who watch already are told
                here.streams.look();
                reading.release();
                Wait wait = opened.get();
                here.streams.look();
                here.streams.forget(wait.seq(), watched);
                assertThat(watched.told).as(read + before).contains(WaitStatus.RECEIVED);
                int told = watched.told.size();
                here.streams.look();
                assertThat(watched.told).as("forgotten").hasSize(told);
            }
        }
    }

    @Race
    void nothingIsLeftOfAPipelineThatIsDeletedWhileASignalIsUnderWay() throws Exception {
        String pipeline = "pl_" + UUID.randomUUID();
        Resumptions resumptions = new Resumptions(there.jdbc);
        for (boolean signalFirst : new boolean[] {true, false}) {
            here.waits.park(place(pipeline), List.of(row(UUID.randomUUID(), 1)));
            ParkedSql.Parked signal =
                    signalFirst ? SQL.after("status = 'received'") : SQL.before("status = 'received'");
            Callable<Object> sending = () -> here.send(key, "1");
            Future<Object> sent = THREADS.submit(sending);
            signal.awaitReached();
            resumptions.forget(pipeline);
            signal.release();
            if (signalFirst) {
                sent.get();
            } else {
                assertRefused(
                        () -> {
                            try {
                                sent.get();
                            } catch (java.util.concurrent.ExecutionException e) {
                                throw e.getCause();
                            }
                        },
                        WaitReason.CANCELED);
            }
            assertThat(there.count("SELECT count(*) FROM wait_resume WHERE pipeline = '" + pipeline + "'"))
                    .isZero();
            // deleted with its rows, which the others of these tests would miss
            there.jdbc
                    .sql(
                            "UPDATE wait SET pipeline = NULL, step = NULL, run = NULL, job_run_id = 'x' WHERE pipeline = :id")
                    .param("id", pipeline)
                    .update();
        }
    }

    private static TopicSignals.Message telling(long offset, String key, int keepSecs) {
        return new TopicSignals.Message.Telling(
                offset, new TopicSignals.Signal(key, String.valueOf(offset), keepSecs, null));
    }

    @Race
    void aTopicsSignalHasItsEffectOnceAlsoWhenTheKeyIsUsedAgain() {
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(there.pool));
        TopicSignals signals = new TopicSignals(there.jdbc, transaction, there.waits);
        TopicSignals.Origin origin = new TopicSignals.Origin("pl_s", "p", "topic", "id-1", 0);
        there.register(key);
        assertThat(signals.position(origin)).isEmpty();
        assertThat(signals.take(origin, List.of(telling(7, key, 60))))
                .containsExactly(new TopicSignals.Outcome.Taken());
        there.register(key);
        assertThat(signals.take(origin, List.of(telling(7, key, 60))))
                .containsExactly(new TopicSignals.Outcome.Known());
        assertThat(signals.position(origin)).hasValue(8);
        assertThat(status()).isEqualTo(WaitStatus.WAITING);
        there.waits.cancel("p", key, "k");
        assertThat(signals.take(origin, List.of(telling(8, key, 0))))
                .hasOnlyElementsOfType(TopicSignals.Outcome.Refused.class);
        assertThat(signals.position(origin)).hasValue(9);
        // the topic was made anew under its name
        TopicSignals.Origin anew = new TopicSignals.Origin("pl_s", "p", "topic", "id-2", 0);
        there.register(key);
        assertThat(signals.take(anew, List.of(telling(0, key, 60)))).containsExactly(new TopicSignals.Outcome.Taken());
        signals.forget("pl_s");
        assertThat(signals.position(origin)).isEmpty();
    }

    @Race
    void signalsOfATopicAreTakenTogetherEachWithItsOwnOutcomeAndOneByOneWhenARowIsHeld() throws Exception {
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(there.pool));
        TopicSignals signals = new TopicSignals(there.jdbc, transaction, there.waits);
        TopicSignals.Origin origin = new TopicSignals.Origin("pl_" + key, "p", "topic", "id-1", 0);
        Problem noSignal = new Problem(WaitReason.INVALID_PARAMETER, "no signal");
        for (int i = 0; i < 100; i++) {
            there.register(key + i);
        }
        there.waits.cancel("p", key + 3, "k");
        List<TopicSignals.Message> messages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            messages.add(i == 5 ? new TopicSignals.Message.Other(i, noSignal) : telling(i, key + i, 0));
        }
        messages.add(telling(100, key + 1, 0));
        messages.add(telling(101, key + "early", 60));

        Future<List<TopicSignals.Outcome>> taken;
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            holder.prepareStatement("SELECT FROM wait WHERE event_key = '" + key + "50' FOR UPDATE")
                    .execute();
            taken = THREADS.submit(() -> signals.take(origin, messages));
            // those before it are done while it is held, so nobody waits for them
            Awaitility.await()
                    .until(() -> there.queries.find("p", key + 49).orElseThrow().status() == WaitStatus.RECEIVED);
            holder.commit();
        }
        List<TopicSignals.Outcome> outcomes = taken.get();
        assertThat(outcomes).hasSize(102);
        for (int i = 0; i < 102; i++) {
            assertThat(outcomes.get(i) instanceof TopicSignals.Outcome.Refused)
                    .as("refused " + i)
                    .isEqualTo(i == 3 || i == 5 || i == 100);
        }
        assertThat(signals.position(origin)).hasValue(102);
        assertThat(there.queries.find("p", key + 99).orElseThrow().responsePayload())
                .isEqualTo("99");
        // again with some that are new, and nothing in the way
        there.register(key + 7);
        messages.add(telling(102, key + 7, 0));
        assertThat(signals.take(origin, messages))
                .filteredOn(TopicSignals.Outcome.Known.class::isInstance)
                .hasSize(102);
        assertThat(there.queries.find("p", key + 7).orElseThrow().responsePayload())
                .isEqualTo("102");
        assertThat(there.register(key + "early").responsePayload()).isEqualTo("101");
        signals.forget(origin.pipeline());
    }
}
