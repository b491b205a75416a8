package dev.caravan.delivery;

import java.util.List;

/**
 * What a claim came to.
 *
 * @param bytesIn of the messages as they came
 * @param deadLetters read once or more, and as late as possible: they hold the messages' bytes
 * @param alongside what else is written in the transaction of the commit; it throws to have nothing committed
 */
public record Committed(
        Counts counts, List<StoredObject> objects, long bytesIn, Iterable<DeadLetter> deadLetters, Runnable alongside) {
    public Committed {
        objects = List.copyOf(objects);
    }

    public Committed(Counts counts, List<StoredObject> objects, long bytesIn, Iterable<DeadLetter> deadLetters) {
        this(counts, objects, bytesIn, deadLetters, () -> {});
    }

    public long bytes() {
        return objects.stream().mapToLong(StoredObject::bytes).sum();
    }
}
