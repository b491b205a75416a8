package dev.caravan.delivery;

import java.time.Instant;

/**
 * A dead letter as it is kept.
 *
 * @param cursor place in the list, for {@link DeadLetterQuery#cursor}
 * @param generation of the partition, see {@link Ownership}
 * @param attempts how often it was tried, replays included
 * @param replayedAt when a replay has delivered it; null while it is dead
 */
public record DeadLetterEntry(
        long cursor,
        String topic,
        int partition,
        int generation,
        DeadLetter letter,
        Instant createdAt,
        int attempts,
        @org.jspecify.annotations.Nullable Instant replayedAt) {
    public DeadLetterEntry(long cursor, String topic, int partition, DeadLetter letter, Instant createdAt) {
        this(cursor, topic, partition, 1, letter, createdAt, 1, null);
    }
}
