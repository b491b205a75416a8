package dev.caravan.wait;

import org.springframework.stereotype.Component;

/** Forgets waits that ended long ago, project by project, so that the table does not grow for ever. */
@Component
final class WaitRetention {
    private static final int CHUNK = 10_000;

    private final WaitPurges purges;
    private final WaitSettings settings;

    WaitRetention(WaitPurges purges, WaitSettings settings) {
        this.purges = purges;
        this.settings = settings;
    }

    /** @return how many were forgotten */
    long forget() {
        if (settings.keep().isZero()) {
            return 0;
        }
        long all = 0;
        for (String project : purges.projects()) {
            long gone;
            do {
                gone = purges.purge(project, settings.keep(), CHUNK);
                all += gone;
            } while (gone == CHUNK);
        }
        return all;
    }
}
