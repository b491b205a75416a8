package dev.caravan.fuzz;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Sends requests, several at a time, and tells of those that hang. A machine that builds something else beside this may
 * stand still for seconds, whoever happens to wait then: a request that was slow is sent once more while no other one of
 * ours is on its way, and only counts when it is slow again. A move that was slow has been made by then, and would be quick
 * the second time; so few of all requests may be excused like that, and none that took thrice as long.
 */
final class Patience {
    static final int HANGS_AFTER_MILLIS = 5_000;
    static final int NEVER_MORE_MILLIS = 3 * HANGS_AFTER_MILLIS;

    /** Two moments in which the machine stood still, for each of the threads. */
    private static final int MOST_EXCUSED = 2 * FuzzIT.THREADS;

    private final ReadWriteLock others = new ReentrantReadWriteLock(true);
    private final AtomicInteger excused = new AtomicInteger();

    /**
     * @param http gives up after {@link #NEVER_MORE_MILLIS}
     * @throws AssertionError when it hangs
     */
    RawHttp.Answer send(RawHttp http, FuzzRequest request) throws IOException {
        RawHttp.Answer answer;
        long millis;
        others.readLock().lock();
        try {
            long sent = System.nanoTime();
            answer = http.send(request);
            millis = millisSince(sent);
        } finally {
            others.readLock().unlock();
        }
        if (millis >= HANGS_AFTER_MILLIS) {
            requireQuick(http, request, millis);
        }
        return answer;
    }

    private void requireQuick(RawHttp http, FuzzRequest request, long first) throws IOException {
        others.writeLock().lock();
        try {
            long sent = System.nanoTime();
            http.send(request);
            long alone = millisSince(sent);
            if (alone >= HANGS_AFTER_MILLIS || excused.incrementAndGet() > MOST_EXCUSED) {
                throw new AssertionError("hangs: %d ms, and %d ms alone".formatted(first, alone));
            }
        } finally {
            others.writeLock().unlock();
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
