package dev.caravan.lifecycle;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The topics of pipelines as they were seen last, and since when they are like that. Used by one thread. */
final class QuietTopics {
    private final Map<String, Quiet> known = new HashMap<>();

    private record Quiet(long[] ends, long since) {}

    /** What a look at a topic comes to. */
    enum Finding {
        /** It is longer than when it was seen last: who sleeps has to wake. */
        GROWN,
        /** It has not grown for long enough. */
        QUIET,
        NEITHER
    }

    /**
     * @param state of the pipeline, read before
     * @param ends of the topic's partitions
     * @param now nanoseconds of a clock that only goes on
     * @param idleAfter how long is long enough
     */
    Finding look(String pipeline, Decision.Local state, long[] ends, long now, Duration idleAfter) {
        Quiet before = known.get(pipeline);
        if (before != null && Arrays.equals(before.ends(), ends)) {
            return now - before.since() >= idleAfter.toNanos() ? Finding.QUIET : Finding.NEITHER;
        }
        if (state == Decision.Local.NODDING || state == Decision.Local.NODDED) {
            // it reads nothing more, but does not sleep yet: what it was found quiet with stays, so that this wakes it
            // then
            return Finding.NEITHER;
        }
        known.put(pipeline, new Quiet(ends, now));
        return Finding.GROWN;
    }

    /** As if it had grown just now. */
    void quietFrom(String pipeline, long now) {
        known.computeIfPresent(pipeline, (id, before) -> new Quiet(before.ends(), now));
    }

    void keepOnly(Collection<String> pipelines) {
        known.keySet().retainAll(pipelines);
    }
}
