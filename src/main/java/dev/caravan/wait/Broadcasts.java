package dev.caravan.wait;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is done to many waits at once: statement by statement, each with at most {@value #CHUNK}. */
@Component
final class Broadcasts {
    static final int CHUNK = 10_000;

    /** No further statement is begun after this, so that the answer comes while somebody listens. */
    private static final Duration BUDGET = Duration.ofSeconds(20);

    private final WaitBroadcasts broadcasts;
    private final WaitPurges purges;
    private final WaitStreams streams;

    Broadcasts(WaitBroadcasts broadcasts, WaitPurges purges, WaitStreams streams) {
        this.broadcasts = broadcasts;
        this.purges = purges;
        this.streams = streams;
    }

    /**
     * What a broadcast did.
     *
     * @param waits the first of those that were ended
     * @param resolved how many were
     * @param remaining how many are still waiting because there was no time for them
     */
    record Resolved(List<Wait> waits, long resolved, long remaining) {}

    /** What a purge did, or would do. */
    record Purged(long deleted, long wouldDelete) {}

    /** Gives every wait whose key starts with a prefix the signal; a wait that comes meanwhile gets it or does not. */
    Resolved send(String project, String prefix, @Nullable String payload, String by) {
        long start = System.nanoTime();
        KeyRange keys = KeyRange.of(prefix);
        List<Wait> shown = new ArrayList<>();
        long resolved = 0;
        while (System.nanoTime() - start < BUDGET.toNanos()) {
            boolean named = resolved == 0;
            WaitBroadcasts.Chunk chunk = named
                    ? broadcasts.send(project, keys, payload, by, CHUNK)
                    : broadcasts.sendUnnamed(project, keys, payload, by, CHUNK);
            // who watches one that is not named is told like those who watch on another replica
            chunk.waits().forEach(streams::ended);
            shown.addAll(chunk.waits());
            resolved += chunk.resolved();
            if (chunk.last() == null || chunk.resolved() < CHUNK) {
                return new Resolved(shown, resolved, 0);
            }
            keys = keys.after(chunk.last());
        }
        return new Resolved(shown, resolved, broadcasts.remaining(project, keys));
    }

    /** Forgets what ended so long ago or earlier. */
    Purged purge(String project, Duration age) {
        long start = System.nanoTime();
        long deleted = 0;
        while (System.nanoTime() - start < BUDGET.toNanos()) {
            long now = purges.purge(project, age, CHUNK);
            deleted += now;
            if (now < CHUNK) {
                return new Purged(deleted, 0);
            }
        }
        return new Purged(deleted, purges.purgeable(project, age));
    }

    Purged wouldPurge(String project, Duration age) {
        return new Purged(0, purges.purgeable(project, age));
    }
}
