package dev.caravan.kill;

import java.util.List;
import java.util.Locale;

/** What the oracle found. */
record Verdict(
        List<String> violations, long messages, long objects, long rows, long filtered, long deadLetters, long bytes) {

    void mustHold() {
        if (!violations.isEmpty()) {
            throw new AssertionError("The promise is broken:\n  " + String.join("\n  ", violations));
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d messages exactly once: %,d rows in %,d objects (%,d bytes), %,d filtered, %,d dead letters",
                messages,
                rows,
                objects,
                bytes,
                filtered,
                deadLetters);
    }
}
