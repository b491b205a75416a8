package dev.caravan.wait;

import dev.caravan.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/**
 * Who watches waits here. What this replica ends itself is told at once; what others end, and what times out, is found by
 * looking for all watched waits together, so a stream costs no thread and no connection.
 */
@Component
final class WaitStreams {
    private static final int LOOK_AT = 1_000;

    private final WaitQueries queries;
    private final WaitSettings settings;
    private final Map<Long, Set<Watcher>> watchers = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    WaitStreams(WaitQueries queries, WaitSettings settings) {
        this.queries = queries;
        this.settings = settings;
    }

    /** Somebody who wants to know how a wait ends. Called by any thread, more than once perhaps; must not block. */
    interface Watcher {
        /** How it stands: when the watching begins, and when it has ended. */
        void show(Wait wait);

        /** The wait has been forgotten. */
        void gone();

        void keepAlive();
    }

    /** @throws Problem when there are too many already; each that was admitted has to be forgotten, or dismissed */
    void admit() {
        if (count.incrementAndGet() > settings.maxStreams()) {
            count.decrementAndGet();
            throw new Problem(
                    WaitReason.TOO_MANY_STREAMS,
                    "This server has " + settings.maxStreams() + " open streams and takes no more. Try again later.");
        }
    }

    /** One that was admitted does not come. */
    void dismiss() {
        count.decrementAndGet();
    }

    void watch(long seq, Watcher watcher) {
        watchers.compute(seq, (number, known) -> {
            Set<Watcher> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(watcher);
            return all;
        });
    }

    /** Reads how the wait stands once more, after the watching has begun: so nothing happens between. */
    void showNow(long seq, Watcher watcher) {
        queries.find(seq).ifPresentOrElse(watcher::show, watcher::gone);
    }

    void forget(long seq, Watcher watcher) {
        dismiss();
        watchers.computeIfPresent(seq, (number, known) -> {
            known.remove(watcher);
            return known.isEmpty() ? null : known;
        });
    }

    /** A wait has ended. */
    void ended(Wait wait) {
        of(wait.seq()).forEach(watcher -> watcher.show(wait));
    }

    private List<Watcher> of(long seq) {
        Set<Watcher> known = watchers.get(seq);
        return known == null ? List.of() : List.copyOf(known);
    }

    /** Looks how the watched waits stand. */
    void look() {
        List<Long> seqs = new ArrayList<>(watchers.keySet());
        for (int from = 0; from < seqs.size(); from += LOOK_AT) {
            List<Long> some = seqs.subList(from, Math.min(from + LOOK_AT, seqs.size()));
            queries.ended(some).forEach(this::tell);
        }
    }

    private void tell(long seq, Optional<Wait> wait) {
        wait.ifPresentOrElse(this::ended, () -> of(seq).forEach(Watcher::gone));
    }

    /** Shows connections that nothing happens on that somebody is still there. */
    void keepAlive() {
        watchers.keySet().forEach(seq -> of(seq).forEach(Watcher::keepAlive));
    }

    int open() {
        return count.get();
    }
}
