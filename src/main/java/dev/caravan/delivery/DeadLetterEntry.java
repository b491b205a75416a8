package dev.caravan.delivery;

import java.time.Instant;

/**
 * A dead letter as it is kept.
 *
 * @param cursor place in the list, for {@link DeadLetterQuery#cursor}
 */
public record DeadLetterEntry(long cursor, String topic, int partition, DeadLetter letter, Instant createdAt) {}
