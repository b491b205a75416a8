package dev.caravan.wait;

import static dev.caravan.wait.WaitDatabase.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.problem.Problem;
import java.sql.Connection;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.dao.DataAccessException;

/** Races of two replicas, brought about on purpose: one statement stands still while the other goes on. */
class WaitRacesIT {
    private static final ParkedSql SQL = new ParkedSql();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static DatabaseConnection database;
    private static Instance here;
    private static Instance there;

    private final String key = "race:" + UUID.randomUUID();

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

    /** What a call came to: the status on success, else the reason. */
    private static Future<String> outcome(Callable<Waits.Sent> call) {
        return THREADS.submit(() -> {
            try {
                Waits.Sent sent = call.call();
                return sent instanceof Waits.Sent.Received received
                        ? received.found().status().id()
                        : "kept";
            } catch (Problem problem) {
                return problem.reason().id();
            }
        });
    }

    /** Both statements have read the wait as waiting and stand at its row; then it is let go. */
    private void bothAtTheRow(Runnable starts) throws Exception {
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            try (var statement = holder.prepareStatement("SELECT FROM wait WHERE event_key = ? FOR UPDATE")) {
                statement.setString(1, key);
                statement.execute();
            }
            starts.run();
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> blocked() >= 2);
            holder.commit();
        }
    }

    private static long blocked() {
        return there.count("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted");
    }

    @Race
    void ofTwoSignalsThatMeetOneWins() throws Exception {
        here.register(key);
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = outcome(() -> here.send(key, "1"));
            ends[1] = outcome(() -> there.send(key, "2"));
        });
        assertThat(new String[] {ends[0].get(), ends[1].get()})
                .containsExactlyInAnyOrder("received", "wait.already_received");
    }

    @Race
    void twoEqualSignalsThatMeetAreOne() throws Exception {
        here.register(key);
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = outcome(() -> here.send(key, "[1]"));
            ends[1] = outcome(() -> there.send(key, "[1.0]"));
        });
        assertThat(new String[] {ends[0].get(), ends[1].get()}).containsExactly("received", "received");
    }

    @Race
    void ofASignalAndACancellationThatMeetOneWins() throws Exception {
        Wait wait = here.register(key);
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = outcome(() -> here.send(key, "1"));
            ends[1] = outcome(() -> new Waits.Sent.Received(there.waits.cancel("p", key, "k"), false));
        });
        String[] answers = {ends[0].get(), ends[1].get()};
        WaitStatus status = here.queries.find(wait.seq()).orElseThrow().status();
        if (status == WaitStatus.RECEIVED) {
            assertThat(answers).containsExactly("received", "wait.not_waiting");
        } else {
            assertThat(answers).containsExactly("wait.canceled", "canceled");
        }
    }

    @Race
    void aSignalThatCameInTimeCountsAlsoIfItStandsAtTheRowUntilTheTimeIsOver() throws Exception {
        // time enough for the signal to come in time
        here.register(key, 4);
        Future<String> end;
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            holder.prepareStatement("SELECT FROM wait WHERE event_key = '" + key + "' FOR UPDATE")
                    .execute();
            end = outcome(() -> here.send(key, "1"));
            Awaitility.await().until(() -> blocked() >= 1);
            // the locked row is left to the next round, nobody waits for it
            Awaitility.await()
                    .until(() -> there.count(
                                    "SELECT count(*) FROM wait WHERE event_key = '" + key + "' AND expires_at <= now()")
                            == 1);
            there.clock.timeOut();
            holder.commit();
        }
        assertThat(end.get()).isEqualTo("received");
        there.clock.timeOut();
        assertThat(here.waits.get("p", key).status()).isEqualTo(WaitStatus.RECEIVED);
    }

    @Race
    void whoComesTooLateIsToldWhatBecomesOfASignalThatCameInTimeAndIsNotDoneYet() throws Exception {
        here.register(key);
        Future<String> late;
        try (Connection inTime = there.pool.getConnection()) {
            inTime.setAutoCommit(false);
            inTime.prepareStatement("UPDATE wait SET expires_at = clock_timestamp() WHERE event_key = '" + key + "'")
                    .execute();
            inTime.commit();
            inTime.prepareStatement("WITH changed AS (UPDATE wait SET status = 'received', response_payload = '1',"
                            + " received_at = now(), ended_at = now(), sent_by = 'k' WHERE event_key = '" + key
                            + "' RETURNING *), " + WaitRows.ENDED + " SELECT FROM changed")
                    .execute();
            late = outcome(() -> here.send(key, "2"));
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> blocked() >= 1);
            inTime.commit();
        }
        assertThat(late.get()).isEqualTo("wait.already_received");
    }

    @Race
    void anEarlyEventThatIsBeingKeptIsSeenByItsWait() throws Exception {
        here.waits.send("p", key, "9", 60, "k");
        Future<String> end;
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            String other = key + "-2";
            holder.prepareStatement("INSERT INTO wait (id, project, event_key, status, response_payload, timeout_secs,"
                            + " requested_at, expires_at) VALUES (gen_random_uuid(), 'p', '" + other
                            + "', 'buffered', '9', 60, now(), now() + interval '60 s')")
                    .execute();
            end = outcome(() -> new Waits.Sent.Received(here.register(other), false));
            Awaitility.await().until(() -> blocked() >= 1);
            holder.commit();
        }
        assertThat(end.get()).isEqualTo("received");
    }

    @Race
    void aWaitThatComesBetweenLookingAndKeepingGetsTheEvent() throws Exception {
        ParkedSql.Parked keeping = SQL.before("'buffered', :payload".replace(":payload", "?"));
        Future<String> end = outcome(() -> here.waits.send("p", key, "3", 60, "k"));
        keeping.awaitReached();
        there.register(key);
        keeping.release();

        assertThat(end.get()).isEqualTo("received");
        assertThat(there.waits.get("p", key).responsePayload()).isEqualTo("3");
    }

    @Race
    void whoDoesNotKnowWhetherItsSignalArrivedSendsItAgain() {
        here.register(key);
        SQL.loseAnswerOf("status = 'received', response_payload");

        assertThatThrownBy(() -> here.send(key, "4")).isInstanceOf(DataAccessException.class);
        Waits.Sent again = here.send(key, "4");

        assertThat(again).isInstanceOfSatisfying(Waits.Sent.Received.class, received -> assertThat(received.replayed())
                .isTrue());
    }

    @Race
    void aTimeOutWhoseAnswerIsLostIsNotDoneAgain() {
        here.register(key);
        here.makeDue(key);
        SQL.loseAnswerOf("SKIP LOCKED");

        assertThatThrownBy(here.clock::timeOut).isInstanceOf(DataAccessException.class);
        there.clock.timeOut();

        assertThat(there.timedOut()).isZero();
        assertThat(there.waits.get("p", key).status()).isEqualTo(WaitStatus.TIMED_OUT);
    }

    @Race
    void aKeyThatIsUsedAgainWhileALateSignalIsUnderWayGoesToTheNewWait() throws Exception {
        here.register(key);
        ParkedSql.Parked sending = SQL.before("status = 'received', response_payload");
        Future<String> end = outcome(() -> here.send(key, "5"));
        sending.awaitReached();
        there.waits.cancel("p", key, "k");
        Wait second = there.register(key);
        sending.release();

        assertThat(end.get()).isEqualTo("received");
        assertThat(there.waits.get("p", key).id()).isEqualTo(second.id());
    }

    @Race
    void aPurgeLeavesALateSignalAnAnswer() throws Exception {
        here.register(key);
        here.send(key, "6");
        ParkedSql.Parked sending = SQL.before("status = 'received', response_payload");
        Future<String> end = outcome(() -> here.send(key, "7"));
        sending.awaitReached();
        there.broadcasts.purge("p", Duration.ZERO);
        sending.release();

        assertThat(end.get()).isEqualTo("wait.not_found");
        assertRefused(() -> there.waits.get("p", key), WaitReason.NOT_FOUND);
    }

    @Race
    void broadcastsThatOverlapShareTheWaitsOut() throws Exception {
        for (int i = 0; i < 50; i++) {
            here.register(key + i);
        }
        Future<Broadcasts.Resolved>[] ends = new Future[2];
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            holder.prepareStatement("SELECT FROM wait WHERE event_key = '" + key + "25' FOR UPDATE")
                    .execute();
            ends[0] = THREADS.submit(() -> here.broadcasts.send("p", key, "1", "k"));
            ends[1] = THREADS.submit(() -> there.broadcasts.send("p", key + "2", "2", "k"));
            Awaitility.await().until(() -> blocked() >= 2);
            holder.commit();
        }
        assertThat(ends[0].get().resolved() + ends[1].get().resolved()).isEqualTo(50);
        assertThat(here.count("SELECT count(*) FROM wait WHERE event_key LIKE '" + key + "%' AND status = 'received'"))
                .isEqualTo(50);
    }

    @Race
    void ofASignalAndABroadcastThatMeetOneWins() throws Exception {
        Wait wait = here.register(key);
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = outcome(() -> here.send(key, "1"));
            ends[1] = THREADS.submit(() -> {
                Broadcasts.Resolved all = there.broadcasts.send("p", key, "2", "k");
                return String.valueOf(all.resolved());
            });
        });
        boolean single = ends[0].get().equals("received");
        assertThat(ends[0].get()).isEqualTo(single ? "received" : "wait.already_received");
        assertThat(ends[1].get()).isEqualTo(single ? "0" : "1");
        assertThat(here.queries.find(wait.seq()).orElseThrow().responsePayload())
                .isEqualTo(single ? "1" : "2");
    }

    @Race
    void ofABroadcastAndACancellationThatMeetOneWins() throws Exception {
        Wait wait = here.register(key);
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = THREADS.submit(() -> {
                Broadcasts.Resolved all = here.broadcasts.send("p", key, "2", "k");
                return String.valueOf(all.resolved());
            });
            ends[1] = outcome(() -> new Waits.Sent.Received(there.waits.cancel("p", key, "k"), false));
        });
        boolean canceled = ends[1].get().equals("canceled");
        assertThat(ends[1].get()).isEqualTo(canceled ? "canceled" : "wait.not_waiting");
        assertThat(ends[0].get()).isEqualTo(canceled ? "0" : "1");
        assertThat(here.queries.find(wait.seq()).orElseThrow().status())
                .isEqualTo(canceled ? WaitStatus.CANCELED : WaitStatus.RECEIVED);
    }

    @Race
    void ofALinkAndASignalThatMeetOneWinsAndALinkThatLosesIsNotUsedUp() throws Exception {
        Wait wait = here.register(key);
        WaitLinks.Link link =
                here.links.create(wait.seq(), WaitLinks.Action.SEND, 60, "k").orElseThrow();
        Future<String>[] ends = new Future[2];
        bothAtTheRow(() -> {
            ends[0] = THREADS.submit(() -> here.endings
                    .sendByLink(link.id(), "1", "k (link)")
                    .map(Wait::responsePayload)
                    .orElse("nothing"));
            ends[1] = outcome(() -> there.send(key, "2"));
        });
        boolean byLink = ends[1].get().equals("wait.already_received");
        assertThat(ends[1].get()).isEqualTo(byLink ? "wait.already_received" : "received");
        assertThat(ends[0].get()).isEqualTo(byLink ? "1" : "nothing");
        assertThat(here.links.find(here.links.token(link)).used()).isEqualTo(byLink);
        assertThat(here.queries.find(wait.seq()).orElseThrow().responsePayload())
                .isEqualTo(byLink ? "1" : "2");
    }

    @Race
    void aCancellationThatComesWhenTheKeyIsUsedAgainEndsTheWaitThatIsThere() throws Exception {
        Wait first = here.register(key);
        ParkedSql.Parked cancellation = SQL.before("status = 'canceled', error");
        Future<String> end = outcome(() -> new Waits.Sent.Received(here.waits.cancel("p", key, "k"), false));
        cancellation.awaitReached();
        there.send(key, "1");
        Wait second = there.register(key);
        cancellation.release();

        assertThat(end.get()).isEqualTo("canceled");
        assertThat(there.queries.find(first.seq()).orElseThrow().status()).isEqualTo(WaitStatus.RECEIVED);
        assertThat(there.queries.find(second.seq()).orElseThrow().status()).isEqualTo(WaitStatus.CANCELED);
    }

    @Race
    void signalsThatComeTogetherHoldNobodyUpWhenOneHasToWait() throws Exception {
        here.register(key);
        here.register(key + "/free");
        Future<String>[] ends = new Future[3];
        try (Connection holder = there.pool.getConnection()) {
            holder.setAutoCommit(false);
            holder.prepareStatement("SELECT FROM wait WHERE event_key = '" + key + "' FOR UPDATE")
                    .execute();
            ParkedSql.Parked leader = SQL.before("SKIP LOCKED) AS live");
            ends[0] = outcome(() -> here.send(key, "1"));
            leader.awaitReached();
            // these come while a statement is under way, and so share the next
            ends[1] = outcome(() -> here.send(key + "/free", "2"));
            ends[2] = outcome(() -> here.send(key, "1"));
            leader.release();
            assertThat(ends[1].get()).isEqualTo("received");
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> blocked() >= 2);
            holder.commit();
        }
        assertThat(ends[0].get()).isEqualTo("received");
        assertThat(ends[2].get()).isEqualTo("received");
    }
}
