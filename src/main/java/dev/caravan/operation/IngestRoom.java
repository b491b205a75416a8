package dev.caravan.operation;

import dev.caravan.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** How much may be on its way to Kafka in this process; who does not find room is told to come back, never queued. */
final class IngestRoom {
    private final int bytes;
    private final Semaphore freeBytes;
    private final Semaphore freeCalls;

    IngestRoom(IngestSettings settings) {
        bytes = Math.toIntExact(settings.maxInFlight().toBytes());
        freeBytes = new Semaphore(bytes);
        freeCalls = new Semaphore(settings.maxWaiting());
    }

    /**
     * Takes room for one call; both parts have to be given back.
     *
     * @throws Problem {@code operation.overloaded} when there is none at this moment
     */
    Taken take(long weight) {
        int wanted = (int) Math.min(weight, bytes); // one call alone may always go
        if (!freeCalls.tryAcquire()) {
            throw overloaded(Map.of());
        }
        if (!freeBytes.tryAcquire(wanted)) {
            freeCalls.release();
            throw overloaded(Map.of());
        }
        return new Taken(wanted);
    }

    static Problem overloaded(Map<String, Object> counts) {
        return new Problem(
                OperationReason.OVERLOADED,
                "More events are on their way to Kafka than there is room for; send them again in 1 s.",
                List.of(),
                counts);
    }

    /** What one call holds. */
    final class Taken {
        private final int wanted;

        private Taken(int wanted) {
            this.wanted = wanted;
        }

        /** When nobody waits for the answer any more. */
        void answered() {
            freeCalls.release();
        }

        /** When Kafka has nothing of it to tell any more. */
        void settled() {
            freeBytes.release(wanted);
        }
    }
}
