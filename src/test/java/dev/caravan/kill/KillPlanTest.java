package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.delivery.FaultPoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class KillPlanTest {
    @Test
    void everyRoundHasEachPointOnceAndThreeRandomMoments() {
        List<List<KillPlan.Kill>> rounds = KillPlan.rounds(7, 60);
        assertThat(rounds).hasSize(6).allSatisfy(round -> {
            assertThat(round).extracting(KillPlan.Kill::point).contains(FaultPoint.values());
            assertThat(round).filteredOn(kill -> kill.point() == null).hasSize(3);
            assertThat(round.get(0).point()).isNull();
        });
    }

    @Test
    void theOneThatDiesDuringRecoveryIsNeverTheLastOfARound() {
        assertThat(KillPlan.rounds(8, 1_000))
                .allSatisfy(round -> assertThat(round.get(round.size() - 1).point())
                        .isNotNull()
                        .isNotEqualTo(FaultPoint.DURING_RECOVERY));
    }

    @Test
    void theSameSeedGivesTheSamePlanAndAnotherSeedAnotherOne() {
        assertThat(KillPlan.rounds(9, 60)).isEqualTo(KillPlan.rounds(9, 60)).isNotEqualTo(KillPlan.rounds(10, 60));
    }

    @Test
    void anyNumberOfKillsCanBePlanned() {
        assertThat(KillPlan.rounds(11, 23).stream().flatMap(List::stream).toList())
                .hasSize(23)
                .last()
                .extracting(KillPlan.Kill::number)
                .isEqualTo(23);
    }
}
