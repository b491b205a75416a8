package dev.caravan.monitor;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Whether the ledger has anything of a pipeline, as {@code /v0} calls it. Changes only while the pipeline is stopped or
 * starts.
 *
 * <pre>
 *   Cleared ───► InUse ───► Clearing
 *      ▲                       │ /clear
 *      └───────────────────────┘
 * </pre>
 */
enum Storage {
    CLEARED("Cleared"),
    IN_USE("InUse"),
    CLEARING("Clearing");

    private final String wireName;

    Storage(String wireName) {
        this.wireName = wireName;
    }

    @JsonValue
    String wireName() {
        return wireName;
    }

    boolean canBecome(Storage next) {
        return this == next
                || switch (this) {
                    case CLEARED -> next == IN_USE;
                    case IN_USE -> next == CLEARING;
                    case CLEARING -> next == CLEARED;
                };
    }
}
