package dev.caravan.delivery;

/**
 * Where a claim stands. Nothing leaves COMMITTED or DEAD.
 *
 * <pre>
 *            commit
 *  CLAIMED ─────────► COMMITTED   its objects are complete, its messages are acknowledged
 *     │      expire
 *     └─────────────► DEAD        Kafka no longer has its messages
 *
 *  CLAIMED remains until the owner, or the next one, has written the objects.
 * </pre>
 */
public enum ClaimStatus {
    CLAIMED,
    COMMITTED,
    DEAD
}
