package dev.caravan.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.lifecycle.Decision.Local;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DecisionTest {
    @Test
    void aWantedPipelineIsStarted() {
        assertThat(Decision.of(DesiredStatus.RUNNING, 1, Local.NOTHING, 0)).isEqualTo(Decision.START);
    }

    @Test
    void aPausedPipelineIsStartedToKeepItsPlaceInTheGroup() {
        assertThat(Decision.of(DesiredStatus.PAUSED, 1, Local.NOTHING, 0)).isEqualTo(Decision.START);
    }

    @Test
    void aStoppedPipelineIsFlushedBeforeItsRoutesGo() {
        assertThat(Decision.of(DesiredStatus.STOPPED, 1, Local.READING, 1)).isEqualTo(Decision.DRAIN);
        assertThat(Decision.of(DesiredStatus.STOPPED, 1, Local.DRAINING, 1)).isEqualTo(Decision.NOTHING);
        assertThat(Decision.of(DesiredStatus.STOPPED, 1, Local.DRAINED, 1)).isEqualTo(Decision.CLOSE);
    }

    @Test
    void aNewVersionIsGoneOverToWithoutAStop() {
        assertThat(Decision.of(DesiredStatus.RUNNING, 2, Local.READING, 1)).isEqualTo(Decision.SWITCH);
        assertThat(Decision.of(DesiredStatus.PAUSED, 2, Local.PAUSED, 1)).isEqualTo(Decision.SWITCH);
    }

    @Test
    void aPipelineThatHasToPauseOrStopDoesThatFirst() {
        assertThat(Decision.of(DesiredStatus.PAUSED, 2, Local.READING, 1)).isEqualTo(Decision.PAUSE);
        assertThat(Decision.of(DesiredStatus.STOPPED, 2, Local.READING, 1)).isEqualTo(Decision.DRAIN);
    }

    @Test
    void aDeletedPipelineIsClosedAtOnce() {
        assertThat(Decision.of(null, 0, Local.READING, 1)).isEqualTo(Decision.CLOSE);
    }

    /** Whatever runs here, enough steps lead to what is wanted, and then nothing is done any more. */
    @Property
    void stepsLeadToWhatIsWanted(
            @ForAll("desired") DesiredStatus desired,
            @ForAll Local start,
            @ForAll boolean otherVersion,
            @ForAll boolean inPlace) {
        Local local = start;
        int version = otherVersion ? 1 : 2;
        for (int i = 0; i < 6; i++) {
            switch (Decision.of(desired, 2, local, version)) {
                case START -> {
                    local = desired == DesiredStatus.PAUSED ? Local.PAUSED : Local.READING;
                    version = 2;
                }
                case PAUSE -> local = Local.PAUSED;
                case SWITCH -> {
                    local = inPlace ? local : Local.NOTHING;
                    version = 2;
                }
                case RESUME -> local = Local.READING;
                case DRAIN -> local = Local.DRAINING;
                case CLOSE -> local = Local.NOTHING;
                case NOTHING -> local = local == Local.DRAINING ? Local.DRAINED : local;
            }
        }
        assertThat(local)
                .isEqualTo(
                        switch (desired) {
                            case RUNNING -> Local.READING;
                            case PAUSED -> Local.PAUSED;
                            case STOPPED -> Local.NOTHING;
                        });
    }

    @Provide
    Arbitrary<DesiredStatus> desired() {
        return Arbitraries.of(DesiredStatus.class);
    }
}
