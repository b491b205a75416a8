package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.web.IdempotencyStore.Answered;
import dev.caravan.web.IdempotencyStore.Begun;
import dev.caravan.web.IdempotencyStore.Kept;
import dev.caravan.web.IdempotencyStore.OtherRequest;
import dev.caravan.web.IdempotencyStore.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every idempotency store does. */
abstract class IdempotencyStoreContract {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration ENDED = Duration.ofSeconds(-1);
    private static final Kept ANSWER = new Kept(201, "application/json", "/x/1", new byte[] {1, 2, 3});

    abstract IdempotencyStore store();

    /** Makes the key's row older than it is kept for. */
    abstract void age(IdempotencyKey key);

    @Test
    void theFirstBeginsAndTheSecondIsToldThatItRuns() {
        IdempotencyKey key = key("a");

        assertThat(store().begin(key, LEASE)).isInstanceOf(Begun.class);
        assertThat(store().begin(key, LEASE)).isInstanceOf(Running.class);
    }

    @Test
    void theAnswerIsGivenAgainAsItWas() {
        IdempotencyKey key = key("a");
        assertThat(store().finish(begin(key, LEASE), ANSWER)).isTrue();

        for (int i = 0; i < 2; i++) {
            assertThat(store().begin(key, LEASE)).isInstanceOfSatisfying(Answered.class, found -> {
                assertThat(found.answer().status()).isEqualTo(201);
                assertThat(found.answer().contentType()).isEqualTo("application/json");
                assertThat(found.answer().location()).isEqualTo("/x/1");
                assertThat(found.answer().body()).containsExactly(1, 2, 3);
            });
        }
    }

    @Test
    void anAnswerWithoutABodyIsKeptAsSuch() {
        IdempotencyKey key = key("a");
        store().finish(begin(key, LEASE), new Kept(200, null, null, null));

        assertThat(store().begin(key, LEASE)).isInstanceOfSatisfying(Answered.class, found -> assertThat(
                        found.answer().body())
                .isNull());
    }

    @Test
    void anotherRequestUnderTheSameKeyIsToldSoWhetherTheFirstRunsOrHasRun() {
        IdempotencyKey key = key("a");
        IdempotencyKey other = new IdempotencyKey(key.sender(), key.text(), "b".repeat(64));
        UUID token = begin(key, LEASE);

        assertThat(store().begin(other, LEASE)).isInstanceOf(OtherRequest.class);
        store().finish(token, ANSWER);
        assertThat(store().begin(other, LEASE)).isInstanceOf(OtherRequest.class);
    }

    @Test
    void sendersDoNotShareKeys() {
        IdempotencyKey key = key("a");
        begin(key, LEASE);

        assertThat(store().begin(
                                new IdempotencyKey(new Sender("p", key.sender().id() + "x"), "a", key.fingerprint()),
                                LEASE))
                .isInstanceOf(Begun.class);
        assertThat(store().begin(new IdempotencyKey(new Sender("q", key.sender().id()), "a", key.fingerprint()), LEASE))
                .isInstanceOf(Begun.class);
    }

    @Test
    void anAbandonedKeyCanBeginAgainEvenWithAnotherBody() {
        IdempotencyKey key = key("a");
        store().abandon(begin(key, LEASE));

        assertThat(store().begin(new IdempotencyKey(key.sender(), "a", "c".repeat(64)), LEASE))
                .isInstanceOf(Begun.class);
    }

    @Test
    void whenTheOwnerDoesNotComeBackAnotherTakesTheRequestAndOnlyItsAnswerCounts() {
        IdempotencyKey key = key("a");
        UUID dead = begin(key, ENDED);
        UUID next = begin(key, LEASE);

        assertThat(next).isNotEqualTo(dead);
        assertThat(store().finish(dead, new Kept(200, null, null, new byte[] {9})))
                .isFalse();
        store().abandon(dead);
        assertThat(store().begin(key, LEASE)).isInstanceOf(Running.class);
        assertThat(store().finish(next, ANSWER)).isTrue();
    }

    @Test
    void aRequestWhoseOwnerDidNotComeBackIsNotGivenToAnotherBody() {
        IdempotencyKey key = key("a");
        begin(key, ENDED);

        assertThat(store().begin(new IdempotencyKey(key.sender(), "a", "d".repeat(64)), LEASE))
                .isInstanceOf(OtherRequest.class);
    }

    @Test
    void aRenewedLeaseHolds() {
        IdempotencyKey key = key("a");
        UUID token = begin(key, ENDED);
        store().renew(Set.of(token, UUID.randomUUID()), LEASE);

        assertThat(store().begin(key, LEASE)).isInstanceOf(Running.class);
    }

    @Test
    void afterItsDayAKeyIsNewAgainAndPurged() {
        IdempotencyKey key = key("a");
        store().finish(begin(key, LEASE), ANSWER);
        age(key);
        IdempotencyKey other = new IdempotencyKey(key.sender(), "a", "e".repeat(64));
        assertThat(store().begin(other, LEASE)).isInstanceOf(Begun.class);

        assertThat(store().purge()).isZero();
        age(other);
        assertThat(store().purge()).isEqualTo(1);
    }

    @Test
    void ofTwoHundredAtOnceOneBegins() throws Exception {
        IdempotencyKey key = key("a");
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            List<Callable<IdempotencyStore.Found>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(() -> store().begin(key, LEASE));
            }
            int begun = 0;
            for (Future<IdempotencyStore.Found> found : threads.invokeAll(all)) {
                begun += found.get() instanceof Begun ? 1 : 0;
            }
            assertThat(begun).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private UUID begin(IdempotencyKey key, Duration lease) {
        return ((Begun) store().begin(key, lease)).token();
    }

    private static IdempotencyKey key(String text) {
        return new IdempotencyKey(new Sender("p", UUID.randomUUID().toString()), text, "a".repeat(64));
    }
}
