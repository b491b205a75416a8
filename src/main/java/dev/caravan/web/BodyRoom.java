package dev.caravan.web;

import dev.caravan.problem.Problem;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/** How many bytes of bodies this process holds at most; who sends more at that moment is told to come back. */
@Component
final class BodyRoom {
    /** A fraction of the memory, which has other uses too. */
    private static final int FRACTION = 8;

    private static final int LEAST = 2 * BodyLimit.INGEST;

    private final Semaphore free;

    BodyRoom() {
        this(Math.max(LEAST, Runtime.getRuntime().maxMemory() / FRACTION));
    }

    BodyRoom(long bytes) {
        free = new Semaphore((int) Math.min(Integer.MAX_VALUE, bytes));
    }

    Share share() {
        return new Share();
    }

    /** What one request holds, until it is answered. */
    final class Share {
        private int held;

        /** @throws Problem when there is no room at this moment */
        void grow(int bytes) {
            if (!free.tryAcquire(bytes)) {
                throw new Problem(
                        WebReason.OVERLOADED, "There is no room for more bodies at this moment; send it again in 1 s.");
            }
            held += bytes;
        }

        void giveBack() {
            free.release(held);
            held = 0;
        }
    }
}
