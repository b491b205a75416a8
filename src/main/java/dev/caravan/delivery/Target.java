package dev.caravan.delivery;

import java.util.List;
import java.util.function.Consumer;

/** Where the rows of one batch go. Made for one attempt; writing is repeatable. */
interface Target {
    /** Such as {@code s3://lake}. */
    String name();

    /** The objects that will be written, in a fixed order; empty when the target has none. */
    List<String> objectKeys();

    /**
     * Writes everything, or finds it written by an earlier attempt of the same claim.
     *
     * @param takeBack deletes an object of the claim with wrong bytes, safely against other owners
     */
    List<StoredObject> write(Claim claim, Consumer<String> takeBack);

    /** Deletes an object if it is of this claim. */
    void remove(Claim claim, String key);
}
