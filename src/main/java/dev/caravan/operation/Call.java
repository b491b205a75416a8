package dev.caravan.operation;

import dev.caravan.access.Caller;
import dev.caravan.lifecycle.Cause;
import java.time.Duration;

/**
 * The circumstances of one operation.
 *
 * @param timeout within which it answers
 */
record Call(Caller caller, Duration timeout) {
    String project() {
        return caller.project();
    }

    Cause cause(String what) {
        return new Cause(what, caller.keyId());
    }
}
