package dev.caravan.delivery;

import java.util.List;

/**
 * What a claim came to.
 *
 * @param deadLetters read once or more, and as late as possible: they hold the messages' bytes
 */
public record Committed(Counts counts, List<StoredObject> objects, Iterable<DeadLetter> deadLetters) {
    public Committed {
        objects = List.copyOf(objects);
    }

    public long bytes() {
        return objects.stream().mapToLong(StoredObject::bytes).sum();
    }
}
