package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.BatchException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every ledger promises. */
abstract class LedgerContract extends LedgerVersionContract {
    /** Marks a ledger that undoes what a failed method has begun. */
    interface RollsBack {}

    @Test
    void aNewPartitionHasNoPositionUntilItBegins() {
        Ownership first = ledger().own(key, "a", null);
        assertThat(first.nextOffset()).isEmpty();
        ledger().begin(key, first.epoch(), 42);
        ledger().begin(key, first.epoch(), 7);
        assertThat(ledger().own(key, "a", null).nextOffset()).hasValue(42);
    }

    @Test
    void aPositionPassesWhatAreNoMessages() {
        long epoch = begun(0);
        ledger().pass(key, epoch, 0, 3);
        ledger().pass(key, epoch, 0, 9);
        ledger().pass(key, epoch, 3, 2);
        assertThat(ledger().own(key, "b", null).nextOffset()).hasValue(3);
        assertFenced(() -> ledger().pass(key, epoch, 3, 4));
    }

    @Test
    void everyOwnershipIsHigherThanTheOneBeforeEvenAfterForgetting() {
        long first = ledger().own(key, "a", null).epoch();
        long second = ledger().own(key, "b", null).epoch();
        ledger().forget(pipeline);
        long third = ledger().own(key, "c", null).epoch();
        assertThat(first).isLessThan(second);
        assertThat(second).isLessThan(third);
    }

    @Test
    void aRecreatedTopicPausesThePipeline() {
        ledger().own(key, "a", null);
        long epoch = ledger().own(key, "a", "topic-1").epoch();
        assertThat(ledger().own(key, "a", null).epoch()).isGreaterThan(epoch);
        BatchException e = failure(() -> ledger().own(key, "a", "topic-2"));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.PAUSE);
        assertThat(e.reason()).isEqualTo("topic_recreated");
    }

    @Test
    void aClaimMovesThePosition() {
        long epoch = begun(100);
        Claim claim = claim(epoch, 100, 199, "a/1");
        assertThat(claim.status()).isEqualTo(ClaimStatus.CLAIMED);
        assertThat(claim.epoch()).isEqualTo(epoch);
        assertThat(claim.objectKeys()).containsExactly("a/1");
        assertThat(claim.range()).isEqualTo(range(100, 199));
        assertThat(ledger().positions(pipeline))
                .singleElement()
                .extracting(PartitionPosition::nextOffset, PartitionPosition::unfinished)
                .containsExactly(java.util.OptionalLong.of(200), 1);
    }

    @Test
    void aClaimKeepsTheDayOfItsBatchTime() {
        long epoch = begun(0);
        claim(epoch, 0, 9);
        assertThat(ledger().own(key, "b", null).unfinished().get(0).batchTime())
                .isBetween(Instant.parse("2026-11-21T23:59:59.999999Z"), BATCH_TIME);
    }

    @Test
    void aRangeThatDoesNotStartAtThePositionIsRefused() {
        long epoch = begun(100);
        assertFenced(() -> claim(epoch, 101, 199));
        assertFenced(() -> claim(epoch, 99, 199));
        assertThat(claim(epoch, 100, 199).status()).isEqualTo(ClaimStatus.CLAIMED);
    }

    @Test
    void aPartitionWithoutPositionRefusesClaims() {
        long epoch = ledger().own(key, "a", null).epoch();
        assertFenced(() -> claim(epoch, 0, 9));
    }

    @Test
    void aPartitionThatNobodyOwnsRefusesEverything() {
        assertFenced(() -> claim(1, 0, 9));
        assertFenced(() -> ledger().begin(key, 1, 0));
    }

    @Test
    void claimingTheSameRangeAgainGivesTheSameClaim() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9, "a/1", "a/2");
        assertThat(claim(epoch, 0, 9, "other").id()).isEqualTo(claim.id());
        assertThat(claim(epoch, 0, 9, "other").objectKeys()).containsExactly("a/1", "a/2");
        ledger().commit(claim, nothing());
        assertThat(claim(epoch, 0, 9, "other").status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(ledger().positions(pipeline).get(0).nextOffset()).hasValue(10);
    }

    @Test
    void anOverlappingRangeIsRefused() {
        long epoch = begun(0);
        claim(epoch, 0, 9);
        assertFenced(() -> claim(epoch, 0, 8));
        assertFenced(() -> claim(epoch, 5, 12));
    }

    @Test
    void aSecondTargetForTheSameRangeIsRefused() {
        long epoch = begun(0);
        claim(epoch, 0, 9);
        ClaimRequest other = new ClaimRequest(pipeline, range(0, 9), epoch, 1, BATCH_TIME, "s3://elsewhere", List.of());
        assertThat(failure(() -> ledger().claim(other)).reason()).isEqualTo("second_target");
    }

    @Test
    void anEarlierOwnerCanDoNothing() {
        long old = begun(0);
        Claim claim = claim(old, 0, 9, "a/1");
        Ownership taken = ledger().own(key, "b", null);
        assertFenced(() -> claim(old, 10, 19));
        assertFenced(() -> claim(old, 0, 9));
        assertFenced(() -> ledger().commit(claim, nothing()));
        assertFenced(() -> ledger().expire(claim, "gone"));
        assertFenced(() -> ledger().begin(key, old, 0));
        AtomicInteger removals = new AtomicInteger();
        assertFenced(() -> ledger().replaceObjects(claim, List.of(), removals::incrementAndGet));
        assertThat(removals).hasValue(0);
        assertThat(claim(taken.epoch(), 10, 19).status()).isEqualTo(ClaimStatus.CLAIMED);
    }

    @Test
    void aNewOwnerFinishesWhatTheOneBeforeBegan() {
        long old = begun(0);
        Claim first = claim(old, 0, 9, "a/1");
        Claim second = claim(old, 10, 19, "a/2");
        Claim third = claim(old, 20, 29, "a/3");
        ledger().commit(second, nothing());

        Ownership taken = ledger().own(key, "b", null);
        assertThat(taken.nextOffset()).hasValue(30);
        assertThat(taken.unfinished()).extracting(Claim::id).containsExactly(first.id(), third.id());
        assertThat(taken.unfinished()).extracting(Claim::epoch).containsOnly(taken.epoch());
        Claim again = claim(taken.epoch(), 0, 9, "a/1");
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(ledger().commit(again, nothing())).isTrue();
        assertThat(ledger().own(key, "b", null).unfinished())
                .extracting(Claim::id)
                .containsExactly(third.id());
    }

    @Test
    void anEarlierOwnerLearnsThatItsRangeIsCommitted() {
        long old = begun(0);
        Claim claim = claim(old, 0, 9);
        ledger().commit(claim, nothing());
        ledger().own(key, "b", null);
        assertThat(claim(old, 0, 9).status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(ledger().commit(claim, nothing())).isFalse();
    }

    @Test
    void nothingIsLeftOfACommitThatFails() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9, "a/1");
        Iterable<DeadLetter> broken = () -> {
            throw new IllegalStateException("the spool is gone");
        };
        assertThat(catchThrowableOfType(IllegalStateException.class, () -> ledger().commit(
                                claim, new Committed(Counts.of(10, 0, 10), List.of(), 0, broken))))
                .isNotNull();
        if (this instanceof RollsBack) {
            assertThat(ledger().own(key, "b", null).unfinished()).hasSize(1);
            assertThat(ledger().totals(pipeline).counts()).isEqualTo(Counts.NONE);
        }
    }

    @Test
    void replacedObjectsAreThoseOfTheClaim() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9, "a/1", "a/2");
        AtomicInteger removals = new AtomicInteger();
        Claim replaced = ledger().replaceObjects(claim, List.of("a/2", "a/3"), removals::incrementAndGet);
        assertThat(removals).hasValue(1);
        assertThat(replaced.id()).isEqualTo(claim.id());
        assertThat(replaced.objectKeys()).containsExactly("a/2", "a/3");
        assertThat(claim(epoch, 0, 9).objectKeys()).containsExactly("a/2", "a/3");
        ledger().commit(replaced, nothing());
        assertFenced(() -> ledger().replaceObjects(claim, List.of(), () -> {}));
    }

    @Test
    void anExpiredClaimIsNeverFinishedNorClaimedAgain() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9);
        ledger().expire(claim, "offsets 0 to 9 are gone");
        ledger().expire(claim, "offsets 0 to 9 are gone");
        assertFenced(() -> ledger().commit(claim, nothing()));
        assertFenced(() -> claim(epoch, 0, 9));
        FileEntry entry = ledger().files(pipeline, FileQuery.newest(1)).get(0);
        assertThat(entry.status()).isEqualTo(ClaimStatus.DEAD);
        assertThat(entry.detail()).isEqualTo("offsets 0 to 9 are gone");
        Ownership next = ledger().own(key, "b", null);
        assertThat(next.unfinished()).isEmpty();
        assertThat(next.nextOffset()).hasValue(10);
    }

    @Test
    void ofManyOwnersExactlyOneClaimsARange() throws Exception {
        begun(0);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> races = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String owner = "owner-" + i;
                races.add(() -> {
                    long epoch = ledger().own(key, owner, null).epoch();
                    try {
                        return ledger().commit(claim(epoch, 0, 9, owner), nothing());
                    } catch (BatchException e) {
                        return false;
                    }
                });
            }
            int winners = 0;
            for (Future<Boolean> race : threads.invokeAll(races)) {
                winners += race.get() ? 1 : 0;
            }
            assertThat(winners).isBetween(0, 1);
            Ownership last = ledger().own(key, "last", null);
            assertThat(last.nextOffset())
                    .hasValue(ledger().files(pipeline, FileQuery.newest(9)).isEmpty() ? 0 : 10);
            assertThat(ledger().files(pipeline, FileQuery.newest(9))).hasSizeLessThanOrEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }
}
