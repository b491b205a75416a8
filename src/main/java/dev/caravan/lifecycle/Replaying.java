package dev.caravan.lifecycle;

import dev.caravan.delivery.ReplayOutcome;
import dev.caravan.delivery.ReplayQuery;
import dev.caravan.delivery.Replays;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.problem.Problem;
import dev.caravan.route.Replayer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sends dead letters through the current version of their pipeline, on request. */
public final class Replaying {
    private final Lifecycle lifecycle;
    private final Replays replays;
    private final Replayer replayer;

    Replaying(Lifecycle lifecycle, Replays replays, Replayer replayer) {
        this.lifecycle = lifecycle;
        this.replays = replays;
        this.replayer = replayer;
    }

    /**
     * Claims the letters at once, then waits until they are done. What is claimed is finished also when nobody waits.
     *
     * @throws Problem {@code pipeline.illegal_transition} when the pipeline is stopped, {@code pipeline.timeout}
     */
    public ReplayOutcome replay(Pipeline pipeline, ReplayQuery query, Duration timeout) {
        PipelineState now = lifecycle.state(pipeline);
        if (now.desired() == DesiredStatus.STOPPED) {
            throw Lifecycle.illegal("replay dead letters of", now, "start it first");
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        List<UUID> claims = replays.reserve(pipeline.id(), pipeline.version(), query);
        replayer.nudge();
        ReplayOutcome outcome = replays.outcome(claims);
        while (outcome.open() > 0) {
            if (System.nanoTime() - deadline >= 0) {
                throw late(outcome, timeout);
            }
            Lifecycle.pauseBriefly();
            outcome = replays.outcome(claims);
        }
        return outcome;
    }

    private static Problem late(ReplayOutcome outcome, Duration timeout) {
        return new Problem(
                LifecycleReason.TIMEOUT,
                outcome.open() + " of " + outcome.letters() + " dead letters are still on their way after "
                        + timeout.toMillis() + " ms; they go on by themselves"
                        + outcome.waiting().stream()
                                .findFirst()
                                .map(why -> ": " + why)
                                .orElse(""),
                List.of(),
                Map.of("letters", outcome.letters(), "open", outcome.open()));
    }
}
