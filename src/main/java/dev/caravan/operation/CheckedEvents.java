package dev.caravan.operation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one call after a look at each.
 *
 * @param fit can be sent, in their order
 * @param errors of the others
 */
record CheckedEvents(List<Fit> fit, List<EventError> errors) {
    /** What a message is counted beyond its bytes while it is on its way. */
    private static final int ENVELOPE = 100;

    /**
     * An event as it goes to Kafka.
     *
     * @param index of the event in the call, from 0
     */
    record Fit(int index, byte[] value, byte @Nullable [] key) {
        int size() {
            return value.length + (key == null ? 0 : key.length);
        }
    }

    /** @param index of the event in the call, from 0 */
    record EventError(int index, String path, String reason) {}

    /** What they take while they are on their way, in bytes. */
    long weight() {
        return fit.stream().mapToLong(event -> event.size() + ENVELOPE).sum();
    }
}
