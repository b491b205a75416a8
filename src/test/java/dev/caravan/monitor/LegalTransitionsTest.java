package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.lifecycle.DesiredStatus;
import dev.caravan.lifecycle.Move;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.lifecycle.PipelineStatus;
import dev.caravan.lifecycle.SimulatedPipeline;
import dev.caravan.lifecycle.SimulatedPipeline.Fate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whatever is asked of a pipeline and whatever befalls it, its events follow the picture of the documentation. */
class LegalTransitionsTest {
    private static final int STEPS = 120;

    @Property(tries = 3_000)
    void everyHistoryFollowsThePicture(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int replicas) {
        Random random = new Random(seed);
        SimulatedPipeline pipeline = new SimulatedPipeline(replicas);
        List<Deployment> history = new ArrayList<>(List.of(Deployment.of(pipeline.state(), Program.SUCCESS)));
        for (int i = 0; i < STEPS; i++) {
            if (random.nextInt(5) == 0) {
                Move move = Move.values()[random.nextInt(Move.values().length)];
                PipelineStatus before = pipeline.state().status();
                DesiredStatus wanted = pipeline.state().desired();
                boolean legal = pipeline.ask(move);
                assertThat(legal)
                        .as("%s of %s, which is to be %s", move, before, wanted)
                        .isEqualTo(legal(move, before, wanted));
            } else {
                Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
                pipeline.befall(random.nextInt(replicas), fate);
            }
            if (random.nextInt(3) == 0) {
                observe(pipeline, history);
            }
        }
        pipeline.settle();
        observe(pipeline, history);

        for (int i = 1; i < history.size(); i++) {
            assertThat(history.get(i - 1).canBecome(history.get(i)))
                    .as("%s to %s", history.get(i - 1), history.get(i))
                    .isTrue();
        }
        assertThat(pipeline.state().status())
                .isIn(
                        switch (pipeline.state().desired()) {
                            case STOPPED -> EnumSet.of(PipelineStatus.STOPPED);
                            case PAUSED -> EnumSet.of(PipelineStatus.PAUSED);
                            case RUNNING -> EnumSet.of(PipelineStatus.RUNNING, PipelineStatus.IDLE);
                        });
    }

    private static void observe(SimulatedPipeline pipeline, List<Deployment> history) {
        Deployment last = history.get(history.size() - 1);
        Deployment now = Deployment.of(pipeline.state(), Program.SUCCESS);
        if (!last.equals(now)) {
            history.addAll(last.until(now));
            assertThat(history.get(history.size() - 1)).isEqualTo(now);
        }
    }

    /** Said once more, as the contract says it. */
    private static boolean legal(Move move, PipelineStatus status, DesiredStatus wanted) {
        return switch (move) {
            case START -> wanted == DesiredStatus.RUNNING || status == PipelineStatus.STOPPED;
            case START_PAUSED -> wanted == DesiredStatus.PAUSED || status == PipelineStatus.STOPPED;
            case PAUSE, RESUME -> wanted != DesiredStatus.STOPPED;
            case STOP, FORCE_STOP -> true;
            case CLEAR -> status == PipelineStatus.STOPPED;
        };
    }

    /** The pictures of the documentation, drawn once more arrow by arrow. */
    @Test
    void thePicturesHaveTheArrowsOfTheDocumentationAndNoOthers() {
        Set<String> resources = Set.of(
                "Stopped Provisioning",
                "Provisioning Provisioned",
                "Provisioning Stopping",
                "Provisioned Stopping",
                "Stopping Stopped");
        for (Resources from : Resources.values()) {
            for (Resources to : Resources.values()) {
                assertThat(from.canBecome(to))
                        .as("%s to %s", from, to)
                        .isEqualTo(from == to || resources.contains(from.wireName() + " " + to.wireName()));
            }
        }
        Set<String> storage = Set.of("Cleared InUse", "InUse Clearing", "Clearing Cleared");
        for (Storage from : Storage.values()) {
            for (Storage to : Storage.values()) {
                assertThat(from.canBecome(to))
                        .as("%s to %s", from, to)
                        .isEqualTo(from == to || storage.contains(from.wireName() + " " + to.wireName()));
            }
        }
    }

    @Property
    void storageChangesOnlyWhileTheResourcesAreStopped(
            @ForAll PipelineStatus before, @ForAll PipelineStatus after, @ForAll Storage from, @ForAll Storage to) {
        Deployment first = deployment(before, from);
        Deployment second = deployment(after, to);
        if (first.canBecome(second) && from != to) {
            assertThat(first.resources()).isEqualTo(Resources.STOPPED);
        }
    }

    private static Deployment deployment(PipelineStatus status, Storage storage) {
        PipelineState state =
                new PipelineState(status, DesiredStatus.RUNNING, null, null, null, null, 0, true, List.of());
        Deployment found = Deployment.of(state, Program.SUCCESS);
        return new Deployment(
                status,
                found.resources(),
                found.desired(),
                found.runtime(),
                found.runtimeDesired(),
                false,
                Program.SUCCESS,
                storage);
    }

    @Test
    void whatNobodySawIsPassedThroughAllTheSame() {
        assertThat(Resources.PROVISIONED.between(Resources.PROVISIONING))
                .containsExactly(Resources.STOPPING, Resources.STOPPED);
        assertThat(Resources.STOPPED.between(Resources.PROVISIONED)).containsExactly(Resources.PROVISIONING);
        assertThat(Resources.PROVISIONING.between(Resources.STOPPED)).containsExactly(Resources.STOPPING);
        assertThat(Resources.STOPPED.between(Resources.STOPPED)).isEmpty();
        assertThat(Resources.STOPPING.between(Resources.STOPPED)).isEmpty();
    }
}
