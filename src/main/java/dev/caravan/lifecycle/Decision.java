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
    CLOSE,
    SLEEP;

    /** What a replica runs of a pipeline. */
    enum Local {
        NOTHING,
        READING,
        PAUSED,
        DRAINING,
        DRAINED,
        /** Draining, because the topic is quiet. */
        NODDING,
        /** Drained, because the topic is quiet. */
        NODDED,
        /** Nothing runs until the topic has a message. */
        IDLE;

        private boolean quiet() {
            return this == NODDED || this == IDLE;
        }
    }

    /** @param wish null when the pipeline is gone */
    static Decision of(@Nullable Desired wish, Local local, Desired.Run here) {
        if (wish == null) {
            return of(null, Desired.Run.NONE, local, here);
        }
        boolean atOnce = wish.force() && wish.status() == DesiredStatus.STOPPED && local != Local.NOTHING;
        return atOnce ? CLOSE : of(wish.status(), wish.run(), local, here);
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
        if (local == Local.DRAINING || local == Local.NODDING) {
            return NOTHING;
        }
        if (local.quiet()) {
            boolean asWanted = desired == DesiredStatus.RUNNING && wanted.equals(here);
            return !asWanted ? CLOSE : local == Local.NODDED ? SLEEP : NOTHING;
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
