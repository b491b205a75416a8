package dev.caravan.delivery;

import java.util.List;
import java.util.UUID;

/**
 * How far replays are.
 *
 * @param letters in all of them
 * @param open letters that are still on their way
 * @param counts of those that are COMMITTED
 * @param files objects written
 * @param refused those that could not be done; their letters are as they were
 * @param waiting why open ones are tried again
 */
public record ReplayOutcome(
        long letters, long open, Counts counts, long files, List<Refused> refused, List<String> waiting) {
    public record Refused(UUID claim, long letters, String detail) {}
}
