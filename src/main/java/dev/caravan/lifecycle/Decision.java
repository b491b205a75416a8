package dev.caravan.lifecycle;

import org.jspecify.annotations.Nullable;

/** What a replica does next about a pipeline: a pure function of what is wanted and what it runs itself. */
enum Decision {
    NOTHING,
    START,
    PAUSE,
    RESUME,
    SWITCH,
    DRAIN,
    CLOSE;

    /** What a replica runs of a pipeline. */
    enum Local {
        NOTHING,
        READING,
        PAUSED,
        DRAINING,
        DRAINED
    }

    /**
     * @param desired null when the pipeline is gone
     * @param wanted what should run
     * @param here what runs here
     */
    static Decision of(@Nullable DesiredStatus desired, Desired.Run wanted, Local local, Desired.Run here) {
        if (local == Local.NOTHING) {
            return desired == DesiredStatus.RUNNING || desired == DesiredStatus.PAUSED ? START : NOTHING;
        }
        if (desired == null || local == Local.DRAINED) {
            return CLOSE;
        }
        if (local == Local.DRAINING) {
            return NOTHING;
        }
        return switch (desired) {
            case STOPPED -> DRAIN;
            case PAUSED -> local == Local.READING ? PAUSE : follow(wanted, here, NOTHING);
            case RUNNING ->
                wanted.subscription() == here.subscription()
                        ? follow(wanted, here, local == Local.PAUSED ? RESUME : NOTHING)
                        : DRAIN;
        };
    }

    private static Decision follow(Desired.Run wanted, Desired.Run here, Decision otherwise) {
        return wanted.version() == here.version() ? otherwise : SWITCH;
    }
}
