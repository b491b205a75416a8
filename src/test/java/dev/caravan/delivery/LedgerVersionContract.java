package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.batch.BatchException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every ledger promises about the versions of a pipeline. */
abstract class LedgerVersionContract extends LedgerViewContract {
    private Claim claim(long epoch, int version, long first, long last) {
        return ledger().claim(
                        new ClaimRequest(pipeline, range(first, last), epoch, version, BATCH_TIME, TARGET, List.of()));
    }

    private List<String> switches() {
        return ledger().switches(pipeline, 1, 9).stream()
                .map(at -> "v" + at.version() + "@" + at.firstOffset()
                        + (at.nextOffset() == null ? "" : ".." + at.nextOffset()))
                .toList();
    }

    @Test
    void aSwitchStartsWhereThePartitionStands() {
        long epoch = begun(100);
        claim(epoch, 1, 100, 149);
        ledger().switchTo(pipeline, 2);
        ledger().switchTo(pipeline, 3);
        claim(epoch, 3, 150, 159);
        assertThat(switches()).containsExactly("v1@100..150", "v2@150..150", "v3@150");
        assertThat(ledger().switches(pipeline, 2, 2)).hasSize(1);
    }

    @Test
    void anEarlierVersionClaimsNothingMore() {
        long epoch = begun(0);
        ledger().switchTo(pipeline, 2);
        assertSuperseded(() -> claim(epoch, 1, 0, 9));
        assertThat(claim(epoch, 2, 0, 9).version()).isEqualTo(2);
    }

    @Test
    void aClaimKeepsItsVersionWhenItIsDoneAgain() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 1, 0, 9);
        ledger().switchTo(pipeline, 2);
        assertThat(claim(epoch, 1, 0, 9).id()).isEqualTo(claim.id());
        assertThat(ledger().own(key, "b", null).unfinished())
                .singleElement()
                .extracting(Claim::version)
                .isEqualTo(1);
    }

    @Test
    void aPartitionThatComesLaterGoesOverWithItsFirstClaim() {
        ledger().switchTo(pipeline, 4);
        long epoch = begun(7);
        assertSuperseded(() -> claim(epoch, 3, 7, 9));
        assertThat(switches()).isEmpty();
        claim(epoch, 4, 7, 9);
        assertThat(switches()).containsExactly("v4@7");
    }

    @Test
    void aSwitchTwiceChangesNothing() {
        long epoch = begun(0);
        ledger().switchTo(pipeline, 3);
        claim(epoch, 3, 0, 9);
        ledger().switchTo(pipeline, 3);
        claim(epoch, 3, 10, 19);
        assertThat(switches()).containsExactly("v3@0");
    }

    @Test
    void anOlderVersionCanComeBackAgainAndAgain() {
        long epoch = begun(0);
        claim(epoch, 2, 0, 9);
        ledger().switchTo(pipeline, 1);
        assertSuperseded(() -> claim(epoch, 2, 10, 19));
        claim(epoch, 1, 10, 19);
        ledger().switchTo(pipeline, 2);
        assertSuperseded(() -> claim(epoch, 1, 20, 29));
        claim(epoch, 2, 20, 29);
        assertThat(switches()).containsExactly("v2@0..10", "v1@10..20", "v2@20");
        assertThat(ledger().switches(pipeline, 1, 1))
                .singleElement()
                .extracting(VersionSwitch::nextOffset)
                .isEqualTo(20L);
    }

    @Test
    void aForgottenPipelineHasNoVersions() {
        begun(0);
        ledger().switchTo(pipeline, 3);
        ledger().forget(pipeline);
        assertThat(switches()).isEmpty();
        assertThat(claim(begun(0), 1, 0, 9).version()).isEqualTo(1);
    }

    private static void assertSuperseded(ThrowingCallable action) {
        assertThat(failure(action).kind()).isEqualTo(BatchException.Kind.SUPERSEDED);
    }
}
