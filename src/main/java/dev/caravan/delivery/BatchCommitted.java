package dev.caravan.delivery;

import java.util.List;

/**
 * A range is in its target for good. Published inside the transaction that commits it.
 *
 * @param claim with status COMMITTED
 * @param target such as {@code s3://lake}
 */
public record BatchCommitted(Claim claim, String target, Counts counts, List<StoredObject> objects) {}
