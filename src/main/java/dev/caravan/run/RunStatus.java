package dev.caravan.run;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a run stands. It follows from its newest wait and what became of the message behind it; nothing stores it.
 *
 * <pre>
 *            signal, time-out, rejection            COMMITTED
 *  WAITING ─────────────────────────────► RUNNING ────────────► COMPLETED, or FAILED when the message is a dead letter
 *   ▲  │ cancel                              │
 *   │  └──────────► CANCELED                 │ the next step that waits
 *   └────────────────────────────────────────┘
 * </pre>
 */
enum RunStatus {
    WAITING,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELED;

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<RunStatus> find(String id) {
        return Arrays.stream(values()).filter(status -> status.id().equals(id)).findAny();
    }
}
