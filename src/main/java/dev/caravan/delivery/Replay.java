package dev.caravan.delivery;

import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one partition that are on their way through the steps again, or through the rest of them, and the claim that
 * was made for them.
 *
 * @param range from the first letter to the last; most offsets between are not in it
 * @param generation of the partition, see {@link Ownership}
 * @param epoch under which it may be finished: another replica that takes it over gets a higher one
 * @param attempts how often it was begun, this time included
 * @param afterStep the step that the messages have waited in; null for dead letters, which begin at the first step
 * @param letters in the order of their offsets; none when the messages have waited
 */
public record Replay(
        UUID claim,
        String pipeline,
        OffsetRange range,
        int generation,
        long epoch,
        int version,
        Instant batchTime,
        int attempts,
        @Nullable String afterStep,
        List<DeadLetter> letters) {
    public Replay {
        letters = List.copyOf(letters);
    }
}
