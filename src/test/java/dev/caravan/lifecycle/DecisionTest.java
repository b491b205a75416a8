package dev.caravan.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.lifecycle.Decision.Local;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static Desired.Run v(int version) {
        return new Desired.Run(version, false, 1);
    }

    @Test
    void aWantedPipelineIsStarted() {
        assertThat(Decision.of(DesiredStatus.RUNNING, v(1), Local.NOTHING, v(0)))
                .isEqualTo(Decision.START);
    }

    @Test
    void aPausedPipelineIsStartedToKeepItsPlaceInTheGroup() {
        assertThat(Decision.of(DesiredStatus.PAUSED, v(1), Local.NOTHING, v(0))).isEqualTo(Decision.START);
    }

    @Test
    void aStoppedPipelineIsFlushedBeforeItsRoutesGo() {
        assertThat(Decision.of(DesiredStatus.STOPPED, v(1), Local.READING, v(1)))
                .isEqualTo(Decision.DRAIN);
        assertThat(Decision.of(DesiredStatus.STOPPED, v(1), Local.DRAINING, v(1)))
                .isEqualTo(Decision.NOTHING);
        assertThat(Decision.of(DesiredStatus.STOPPED, v(1), Local.DRAINED, v(1)))
                .isEqualTo(Decision.CLOSE);
    }

    @Test
    void aNewVersionIsGoneOverToWithoutAStop() {
        assertThat(Decision.of(DesiredStatus.RUNNING, v(2), Local.READING, v(1)))
                .isEqualTo(Decision.SWITCH);
        assertThat(Decision.of(DesiredStatus.PAUSED, v(2), Local.PAUSED, v(1))).isEqualTo(Decision.SWITCH);
    }

    @Test
    void aPipelineThatHasToPauseOrStopDoesThatFirst() {
        assertThat(Decision.of(DesiredStatus.PAUSED, v(2), Local.READING, v(1))).isEqualTo(Decision.PAUSE);
        assertThat(Decision.of(DesiredStatus.STOPPED, v(2), Local.READING, v(1)))
                .isEqualTo(Decision.DRAIN);
    }

    @Test
    void aDeletedPipelineIsClosedAtOnce() {
        assertThat(Decision.of(null, v(0), Local.READING, v(1))).isEqualTo(Decision.CLOSE);
    }

    @Test
    void aPipelineThatIsStartedAgainFlushesAndSubscribesAnew() {
        Desired.Run again = new Desired.Run(1, false, 2);
        assertThat(Decision.of(DesiredStatus.RUNNING, again, Local.READING, v(1)))
                .isEqualTo(Decision.DRAIN);
        assertThat(Decision.of(DesiredStatus.RUNNING, again, Local.PAUSED, v(1)))
                .isEqualTo(Decision.DRAIN);
        assertThat(Decision.of(DesiredStatus.RUNNING, again, Local.DRAINED, v(1)))
                .isEqualTo(Decision.CLOSE);
    }

    @Test
    void aQuietPipelineIsDrainedBeforeItSleepsUntilSomethingElseIsWanted() {
        assertThat(Decision.of(DesiredStatus.RUNNING, v(1), Local.NODDING, v(1)))
                .isEqualTo(Decision.NOTHING);
        assertThat(Decision.of(DesiredStatus.RUNNING, v(1), Local.NODDED, v(1))).isEqualTo(Decision.SLEEP);
        assertThat(Decision.of(DesiredStatus.RUNNING, v(1), Local.IDLE, v(1))).isEqualTo(Decision.NOTHING);
        assertThat(Decision.of(DesiredStatus.RUNNING, v(2), Local.IDLE, v(1))).isEqualTo(Decision.CLOSE);
        assertThat(Decision.of(DesiredStatus.STOPPED, v(1), Local.IDLE, v(1))).isEqualTo(Decision.CLOSE);
    }

    /** Whatever runs here, enough steps lead to what is wanted, and then nothing is done any more. */
    @Property
    void stepsLeadToWhatIsWanted(
            @ForAll("desired") DesiredStatus desired,
            @ForAll Local start,
            @ForAll boolean otherVersion,
            @ForAll boolean again,
            @ForAll boolean inPlace) {
        Local local = start;
        Desired.Run wanted = new Desired.Run(2, false, again ? 2 : 1);
        Desired.Run here = v(otherVersion ? 1 : 2);
        for (int i = 0; i < 6; i++) {
            switch (Decision.of(desired, wanted, local, here)) {
                case START -> {
                    local = desired == DesiredStatus.PAUSED ? Local.PAUSED : Local.READING;
                    here = wanted;
                }
                case PAUSE -> local = Local.PAUSED;
                case SWITCH -> {
                    local = inPlace ? local : Local.NOTHING;
                    here = v(2);
                }
                case RESUME -> local = Local.READING;
                case DRAIN -> local = Local.DRAINING;
                case CLOSE -> local = Local.NOTHING;
                case SLEEP -> local = Local.IDLE;
                case NOTHING ->
                    local = local == Local.DRAINING ? Local.DRAINED : local == Local.NODDING ? Local.NODDED : local;
            }
        }
        assertThat(local)
                .isIn(
                        switch (desired) {
                            case RUNNING -> List.of(Local.READING, Local.IDLE);
                            case PAUSED -> List.of(Local.PAUSED);
                            case STOPPED -> List.of(Local.NOTHING);
                        });
    }

    @Provide
    Arbitrary<DesiredStatus> desired() {
        return Arbitraries.of(DesiredStatus.class);
    }
}
