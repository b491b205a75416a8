package dev.caravan.wait;

import static dev.caravan.wait.WaitDatabase.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many waits at once: lists, counts, prefixes, purges, rows of pipelines. */
class WaitListsIT {
    private static final ParkingPlace PLACE = new ParkingPlace("p", "pl_1", 2, 1, "paid", 600);

    private Instance here;

    @BeforeEach
    void start() {
        here = new Instance(WaitDatabase.create());
    }

    @AfterEach
    void nothingIsOutOfStep() {
        WaitDatabase.assertConsistent(here);
        here.close();
    }

    private static Parking row(String key, int offset) {
        return new Parking(
                key,
                UUID.randomUUID(),
                "{\"id\":" + offset + "}",
                "orders",
                0,
                offset,
                new byte[] {1, 0, -1},
                "[]",
                Instant.EPOCH,
                null);
    }

    private static List<Parking> rows(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> row(prefix + String.format("%06d", i), i))
                .toList();
    }

    @Test
    void pagesMissAndRepeatNothingEvenIfAllIsOfTheSameMoment() {
        here.waits.park(PLACE, rows("k:", 1_000));
        here.jdbc
                .sql("UPDATE wait SET requested_at = '2026-01-01T00:00:00.123456Z'")
                .update();
        here.broadcasts.send("p", "k:0005", "1", "k");

        Set<UUID> seen = new HashSet<>();
        List<Long> order = new ArrayList<>();
        WaitPage.Place place = null;
        WaitPage page;
        do {
            page = here.queries.list("p", WaitFilter.ALL, place, 37);
            page.waits().forEach(wait -> {
                assertThat(seen.add(wait.id())).isTrue();
                order.add(wait.seq());
            });
            Wait last = page.waits().get(page.waits().size() - 1);
            place = WaitPage.Place.parse(WaitPage.Place.cursor(last));
        } while (page.hasMore());
        assertThat(seen).hasSize(1_000);
        assertThat(order).isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    @Test
    void theDocumentedTimeIsACursorToo() {
        Wait first = here.register("a");
        Wait second = here.register("b");

        WaitPage page = here.queries.list(
                "p", WaitFilter.ALL, WaitPage.Place.parse(second.requestedAt().toString()), 10);

        assertThat(page.waits()).containsExactly(first);
        assertThat(page.hasMore()).isFalse();
        String between = second.requestedAt().plusNanos(1).toString();
        assertThat(here.queries
                        .list("p", WaitFilter.ALL, WaitPage.Place.parse(between), 10)
                        .waits())
                .containsExactly(second, first);
        assertRefused(() -> WaitPage.Place.parse(dev.caravan.web.Cursor.of("x:1")), WaitReason.INVALID_PARAMETER);
    }

    @Test
    void filtersNarrowTheList() {
        here.waits.park(PLACE, rows("pipeline_", 3));
        Wait job = here.register("job%1");
        here.register("jobX1");
        here.send("jobX1", "1");
        UUID run = here.waits.get("p", "pipeline_000001").runId();

        assertThat(keys(new WaitFilter(WaitStatus.RECEIVED, null, null, null, null, null, null)))
                .containsExactly("jobX1");
        assertThat(keys(new WaitFilter(null, null, true, null, null, null, null)))
                .hasSize(3);
        assertThat(keys(new WaitFilter(null, null, false, null, null, null, null)))
                .containsExactly("jobX1", "job%1");
        assertThat(keys(new WaitFilter(null, run, null, null, null, null, null)))
                .containsExactly("pipeline_000001");
        assertThat(keys(new WaitFilter(null, null, null, "job%", null, null, null)))
                .containsExactly("job%1");
        assertThat(keys(new WaitFilter(null, null, null, null, null, job.requestedAt(), null)))
                .containsExactly("jobX1", "job%1");
        assertThat(keys(new WaitFilter(null, null, false, null, null, null, job.requestedAt())))
                .isEmpty();
    }

    private List<String> keys(WaitFilter filter) {
        return here.queries.list("p", filter, null, 100).waits().stream()
                .map(Wait::key)
                .toList();
    }

    @Test
    void aPageWithLargePayloadsEndsEarlyButHasEverythingOfWhatItShows() {
        String large = "\"" + "x".repeat(5 << 20) + "\"";
        for (int i = 0; i < 5; i++) {
            here.register("large-" + i);
            here.send("large-" + i, large);
        }

        WaitPage page = here.queries.list("p", WaitFilter.ALL, null, 100);

        assertThat(page.waits()).hasSize(3).allSatisfy(wait -> assertThat(wait.responsePayload())
                .hasSize(large.length()));
        assertThat(page.hasMore()).isTrue();
    }

    @Test
    void countsAreThoseOfTheRows() {
        here.waits.park(PLACE, rows("k", 10));
        here.register("other", "k000000", 60, null);
        here.broadcasts.send("p", "k00000", "1", "k");
        here.register("r");
        here.waits.cancel("p", "r", "k");
        here.register("t");
        here.makeDue("t");
        here.clock.timeOut();
        here.waits.send("p", "early", "1", 60, "k");

        WaitStats stats = here.queries.stats("p", null);

        assertThat(stats.waiting()).isZero();
        assertThat(stats.received()).isEqualTo(10);
        assertThat(stats.canceled()).isEqualTo(1);
        assertThat(stats.timedOut()).isEqualTo(1);
        assertThat(stats.total()).isEqualTo(12);
        assertThat(stats.averageSeconds()).isBetween(0.0, 60.0);
        WaitStats same = here.queries.stats("p", Instant.EPOCH);
        assertThat(same).isEqualTo(stats);
        assertThat(here.queries
                        .stats("p", Instant.EPOCH.plus(365_000, ChronoUnit.DAYS))
                        .total())
                .isZero();
        assertThat(here.queries.stats("nobody", null).total()).isZero();
    }

    @Test
    void aPrefixReachesWhatStartsWithItAndNothingElse() {
        for (String key : List.of("a_b", "a_b1", "a%", "axb", "a_", "a", "a_\u00e9", "a_\ud83d\ude00", "b")) {
            here.register(key);
        }
        here.register("other", "a_b", 60, null);

        Broadcasts.Resolved resolved = here.broadcasts.send("p", "a_", "{\"x\":1}", "key-9");

        assertThat(resolved.resolved()).isEqualTo(5);
        assertThat(resolved.remaining()).isZero();
        assertThat(resolved.waits())
                .extracting(Wait::key)
                .containsExactly("a_", "a_b", "a_b1", "a_\u00e9", "a_\ud83d\ude00");
        assertThat(resolved.waits()).allSatisfy(wait -> {
            assertThat(wait.status()).isEqualTo(WaitStatus.RECEIVED);
            assertThat(wait.responsePayload()).isEqualTo("{\"x\":1}");
            assertThat(wait.sentBy()).isEqualTo("key-9");
        });
        assertThat(here.broadcasts.send("p", "a_", "2", "k").resolved()).isZero();
        assertThat(here.waits.get("other", "a_b").status()).isEqualTo(WaitStatus.WAITING);
    }

    @Test
    void aPrefixReachesMoreThanOneStatementCanTake() {
        here.waits.park(PLACE, rows("many:", 25_000));

        Broadcasts.Resolved resolved = here.broadcasts.send("p", "many:", null, "k");

        assertThat(resolved.resolved()).isEqualTo(25_000);
        assertThat(resolved.waits()).hasSize(Broadcasts.CHUNK);
        assertThat(here.count("SELECT count(*) FROM wait_resume")).isEqualTo(25_000);
    }

    @Test
    void aPurgeForgetsWhatHasEndedAndGoneOn() {
        here.waits.park(PLACE, rows("k", 3));
        here.broadcasts.send("p", "k", "1", "k");
        here.register("done");
        here.send("done", "1");
        here.register("young");
        here.waits.cancel("p", "young", "k");
        here.register("waiting");
        here.jdbc.sql("""
                        UPDATE wait SET requested_at = now() - interval '9 days', ended_at = ended_at - interval '8 days'
                        WHERE event_key <> 'young'""").update();

        assertThat(here.broadcasts.wouldPurge("p", Duration.ofDays(7))).isEqualTo(new Broadcasts.Purged(0, 1));
        assertThat(here.broadcasts.purge("p", Duration.ofDays(9))).isEqualTo(new Broadcasts.Purged(0, 0));
        assertThat(here.broadcasts.purge("p", Duration.ofDays(7))).isEqualTo(new Broadcasts.Purged(1, 0));
        here.jdbc
                .sql("DELETE FROM wait_resume WHERE wait IN (SELECT min(wait) FROM wait_resume)")
                .update();
        assertThat(here.broadcasts.purge("p", Duration.ofDays(0))).isEqualTo(new Broadcasts.Purged(2, 0));
        assertThat(keys(WaitFilter.ALL)).hasSize(3).contains("waiting");
        here.jdbc.sql("""
                        INSERT INTO wait_resume SELECT seq, pipeline, version, step FROM wait
                        WHERE pipeline IS NOT NULL ON CONFLICT DO NOTHING""").update();
    }

    @Test
    void overdueWaitsEndWhoeverLooksFirst() throws Exception {
        here.waits.park(PLACE, rows("late:", 30_000));
        here.jdbc.sql("UPDATE wait SET expires_at = now() - interval '1 hour'").update();
        try (Instance other = new Instance(database(here))) {
            Thread second = new Thread(other.clock::timeOut);
            second.start();
            here.clock.timeOut();
            second.join();
            assertThat(here.timedOut() + other.timedOut()).isEqualTo(30_000);
        }
        assertThat(here.count("SELECT count(*) FROM wait_resume")).isEqualTo(30_000);
    }

    @Test
    void rowsOfOneBatchParkTogetherAndTakeEarlyEvents() {
        here.waits.send("p", "k000001", "{\"early\":true}", 60, "k");
        here.register("k000002");

        Set<String> parked = here.waits.park(PLACE, rows("k", 4));

        assertThat(parked).containsExactlyInAnyOrder("k000000", "k000001", "k000003");
        assertThat(here.waits.get("p", "k000001").status()).isEqualTo(WaitStatus.RECEIVED);
        assertThat(here.waits.get("p", "k000001").responsePayload()).isEqualTo("{\"early\":true}");
        assertThat(here.count("SELECT count(*) FROM wait_resume")).isEqualTo(1);
        assertThat(here.waits.get("p", "k000002").jobRunId()).isEqualTo("job-1");
        assertThat(here.count("SELECT count(*) FROM wait WHERE message_key = '\\x0100ff' AND version = 2"))
                .isEqualTo(3);
    }

    private static dev.caravan.connection.DatabaseConnection database(Instance instance) {
        return new dev.caravan.connection.DatabaseConnection(
                instance.pool.getJdbcUrl(), instance.pool.getUsername(), instance.pool.getPassword());
    }

    @Test
    void whatEndedLongAgoIsForgottenByItself() {
        here.register("forgotten:1");
        here.send("forgotten:1", "1");
        here.register("forgotten:2");
        here.send("forgotten:2", "1");
        here.register("forgotten:3");
        here.jdbc.sql("""
                        UPDATE wait SET requested_at = now() - interval '31 d',
                            ended_at = CASE WHEN status = 'waiting' THEN NULL ELSE now() - interval '30 d 1 s' END
                        WHERE event_key <> 'forgotten:2'""").update();

        assertThat(here.retention.forget()).isEqualTo(1);
        assertThat(here.jdbc
                        .sql("SELECT event_key FROM wait ORDER BY 1")
                        .query(String.class)
                        .list())
                .containsExactly("forgotten:2", "forgotten:3");
    }
}
