package dev.caravan.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatesTest {
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aPipelineNobodyEverStartedIsStopped() {
        assertThat(States.of(Optional.empty(), List.of()).status()).isEqualTo(PipelineStatus.STOPPED);
    }

    @Test
    void aStoppedPipelineIsStoppingUntilTheLastReplicaHasGone() {
        assertThat(status(DesiredStatus.STOPPED, PipelineStatus.STOPPING)).isEqualTo(PipelineStatus.STOPPING);
        assertThat(status(DesiredStatus.STOPPED)).isEqualTo(PipelineStatus.STOPPED);
    }

    @Test
    void oneReadingReplicaMakesItRunning() {
        assertThat(status(DesiredStatus.RUNNING, PipelineStatus.STARTING, PipelineStatus.RUNNING))
                .isEqualTo(PipelineStatus.RUNNING);
    }

    @Test
    void itIsPausedOnlyWhenEveryReplicaIs() {
        assertThat(status(DesiredStatus.PAUSED, PipelineStatus.PAUSED, PipelineStatus.RUNNING))
                .isEqualTo(PipelineStatus.RUNNING);
        assertThat(status(DesiredStatus.PAUSED, PipelineStatus.PAUSED, PipelineStatus.PAUSED))
                .isEqualTo(PipelineStatus.PAUSED);
    }

    @Test
    void itHasFailedWhenNoReplicaCanStartIt() {
        assertThat(status(DesiredStatus.RUNNING, PipelineStatus.FAILED)).isEqualTo(PipelineStatus.FAILED);
    }

    @Test
    void theTroubleOfAReplicaIsTheTroubleOfThePipeline() {
        ReplicaState troubled = new ReplicaState(
                "a", PipelineStatus.RUNNING, 1, 4, "s3_unavailable", "S3 is away", THEN.plusSeconds(9), 1, THEN);
        PipelineState state = States.of(wish(DesiredStatus.RUNNING, null), List.of(troubled));
        assertThat(state.reason()).isEqualTo("s3_unavailable");
        assertThat(state.message()).isEqualTo("S3 is away");
        assertThat(state.nextTry()).isEqualTo(THEN.plusSeconds(9));
    }

    @Test
    void theReasonOfAnInvoluntaryPauseIsKept() {
        PipelineState state =
                States.of(wish(DesiredStatus.PAUSED, "too_many_dead_letters"), List.of(replica(PipelineStatus.PAUSED)));
        assertThat(state.reason()).isEqualTo("too_many_dead_letters");
    }

    private static PipelineStatus status(DesiredStatus desired, PipelineStatus... replicas) {
        return States.of(
                        wish(desired, null),
                        Stream.of(replicas).map(StatesTest::replica).toList())
                .status();
    }

    private static Optional<Desired> wish(DesiredStatus status, @Nullable String reason) {
        return Optional.of(new Desired("pl_1", status, Desired.Run.NONE, reason, reason, THEN, Map.of(), false, false));
    }

    private static ReplicaState replica(PipelineStatus status) {
        return new ReplicaState("r", status, 1, 1, null, null, null, 0, THEN);
    }
}
