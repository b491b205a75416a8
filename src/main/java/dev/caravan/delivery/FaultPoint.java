package dev.caravan.delivery;

import java.util.Locale;

/** The moments of a delivery at which a crash is most likely to hurt; named so that tests can end the process there. */
public enum FaultPoint {
    BEFORE_CLAIM,
    AFTER_CLAIM,
    /** Half of an object's bytes have been given to the connection. */
    DURING_PUT,
    AFTER_PUT,
    BEFORE_COMMIT,
    /** The ledger has the range COMMITTED, Kafka does not know yet. */
    AFTER_COMMIT,
    /** A new owner has begun to finish the claims of the one before. */
    DURING_RECOVERY;

    /** {@code before_claim}, … */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
