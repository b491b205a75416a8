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
     * @param wantedVersion the version that should run
     * @param localVersion the version that runs here
     */
    static Decision of(@Nullable DesiredStatus desired, int wantedVersion, Local local, int localVersion) {
        if (local == Local.NOTHING) {
            return desired == DesiredStatus.RUNNING || desired == DesiredStatus.PAUSED ? START : NOTHING;
        }
        if (desired == null || local == Local.DRAINED) {
            return CLOSE;
        }
        if (local == Local.DRAINING) {
            return NOTHING;
        }
        if (desired == DesiredStatus.STOPPED) {
            return DRAIN;
        }
        if (desired == DesiredStatus.PAUSED && local == Local.READING) {
            return PAUSE;
        }
        if (wantedVersion != localVersion) {
            return SWITCH;
        }
        if (desired == DesiredStatus.PAUSED) {
            return NOTHING;
        }
        return local == Local.PAUSED ? RESUME : NOTHING;
    }
}
