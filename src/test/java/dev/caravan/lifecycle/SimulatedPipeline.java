package dev.caravan.lifecycle;

import dev.caravan.lifecycle.Decision.Local;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A pipeline on some replicas, moved by the pure functions of the lifecycle alone: no thread, no database, no Kafka. */
public final class SimulatedPipeline {
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Here> replicas;
    private DesiredStatus desired = DesiredStatus.STOPPED;
    private Desired.Run wanted = new Desired.Run(1, false, 0);
    private String reason;
    private boolean inUse;
    private boolean force;

    /** What one replica runs. */
    private static final class Here {
        private Local local = Local.NOTHING;
        private Desired.Run run = Desired.Run.NONE;
        private boolean assigned;
        private boolean failed;

        /** As a replica reports it; null when it has nothing to report. */
        private PipelineStatus status() {
            return switch (local) {
                case NOTHING -> failed ? PipelineStatus.FAILED : null;
                case READING -> assigned ? PipelineStatus.RUNNING : PipelineStatus.STARTING;
                case NODDING, NODDED -> PipelineStatus.RUNNING;
                case IDLE -> PipelineStatus.IDLE;
                case PAUSED -> PipelineStatus.PAUSED;
                case DRAINING, DRAINED -> PipelineStatus.STOPPING;
            };
        }
    }

    /** What befalls a replica. */
    public enum Fate {
        STEP,
        ASSIGNED,
        DRAINED,
        NOD,
        WAKE,
        HALT,
        START_FAILS,
        DIES
    }

    public SimulatedPipeline(int count) {
        replicas = IntStream.range(0, count).mapToObj(i -> new Here()).toList();
    }

    public int replicas() {
        return replicas.size();
    }

    public PipelineState state() {
        List<ReplicaState> reports = new ArrayList<>();
        for (Here here : replicas) {
            if (here.status() != null) {
                String trouble = here.failed ? "route.not_compiled" : null;
                reports.add(new ReplicaState(
                        "r" + reports.size(), here.status(), here.run.version(), 1, trouble, trouble, null, 0, THEN));
            }
        }
        return States.of(Optional.of(wish()), reports);
    }

    private Desired wish() {
        return new Desired("pl", desired, wanted, reason, reason, THEN, Map.of(), inUse, force);
    }

    /** @return whether it is legal */
    public boolean ask(Move move) {
        Move.Step step = move.from(desired, state().status());
        switch (step) {
            case RUN, RUN_PAUSED -> {
                wanted = new Desired.Run(1, false, wanted.subscription() + 1);
                want(step == Move.Step.RUN ? DesiredStatus.RUNNING : DesiredStatus.PAUSED);
            }
            case WANT_RUNNING -> want(DesiredStatus.RUNNING);
            case WANT_PAUSED -> want(DesiredStatus.PAUSED);
            case WANT_STOPPED -> want(DesiredStatus.STOPPED);
            case WANT_STOPPED_NOW -> {
                want(DesiredStatus.STOPPED);
                force = true;
            }
            case FORGET -> inUse = false;
            case NOTHING, ILLEGAL -> {
                return step == Move.Step.NOTHING;
            }
        }
        return true;
    }

    private void want(DesiredStatus status) {
        desired = status;
        reason = null;
        force = false;
        inUse |= status != DesiredStatus.STOPPED;
    }

    public void befall(int replica, Fate fate) {
        Here here = replicas.get(replica);
        switch (fate) {
            case STEP -> step(here, false);
            case START_FAILS -> step(here, true);
            case ASSIGNED -> here.assigned |= here.local == Local.READING;
            case DRAINED ->
                here.local = here.local == Local.DRAINING
                        ? Local.DRAINED
                        : here.local == Local.NODDING ? Local.NODDED : here.local;
            case NOD -> here.local = here.local == Local.READING && here.assigned ? Local.NODDING : here.local;
            case WAKE -> here.local = here.local == Local.IDLE ? Local.NOTHING : here.local;
            case HALT -> {
                if (here.local == Local.READING && desired == DesiredStatus.RUNNING) {
                    here.local = Local.PAUSED;
                    desired = DesiredStatus.PAUSED;
                    reason = "too_many_dead_letters";
                }
            }
            case DIES -> close(here);
        }
    }

    private static void close(Here here) {
        here.local = Local.NOTHING;
        here.assigned = false;
        here.failed = false;
    }

    private void step(Here here, boolean fails) {
        switch (Decision.of(wish(), here.local, here.run)) {
            case START -> {
                here.failed = fails;
                here.assigned = false;
                here.run = wanted;
                here.local = fails ? Local.NOTHING : desired == DesiredStatus.PAUSED ? Local.PAUSED : Local.READING;
            }
            case PAUSE -> here.local = Local.PAUSED;
            case RESUME -> here.local = Local.READING;
            case SWITCH -> here.run = wanted;
            case DRAIN -> here.local = Local.DRAINING;
            case CLOSE -> close(here);
            case SLEEP -> here.local = Local.IDLE;
            case NOTHING -> here.failed &= desired != DesiredStatus.STOPPED;
        }
    }

    /** Nothing goes wrong any more. */
    public void settle() {
        for (int round = 0; round < 8; round++) {
            for (int i = 0; i < replicas.size(); i++) {
                befall(i, Fate.STEP);
                befall(i, Fate.ASSIGNED);
                befall(i, Fate.DRAINED);
            }
        }
    }
}
