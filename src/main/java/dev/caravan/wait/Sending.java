package dev.caravan.wait;

import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * A signal for the wait of a key.
 *
 * @param payload a JSON text
 * @param by id of the key that sends
 * @param trace the {@code traceparent} of who sends; null when nobody may look for it
 */
record Sending(
        String project,
        String key,
        @Nullable String payload,
        String by,
        @Nullable String trace) {
    /** What the caller's thread is working for. */
    static @Nullable String currentTrace() {
        TraceContext current = CurrentTrace.get();
        return current != null && current.worthCarrying() ? current.traceparent() : null;
    }
}
