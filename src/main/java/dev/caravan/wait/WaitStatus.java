package dev.caravan.wait;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a wait stands. Nothing leaves RECEIVED, TIMED_OUT or CANCELED; which of them it is, is decided by one statement
 * that changes the row only while it is WAITING.
 *
 * <pre>
 *             send
 *  WAITING ─────────────► RECEIVED    an early event, kept for the wait, does the same when the wait is created
 *     │     expires_at
 *     ├─────────────────► TIMED_OUT
 *     │  cancel, reject
 *     └─────────────────► CANCELED
 * </pre>
 */
public enum WaitStatus {
    WAITING,
    RECEIVED,
    TIMED_OUT,
    CANCELED;

    /** As it is written on the wire and in the database, such as {@code timed_out}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean terminal() {
        return this != WAITING;
    }

    static Optional<WaitStatus> find(String id) {
        return Arrays.stream(values()).filter(status -> status.id().equals(id)).findAny();
    }
}
