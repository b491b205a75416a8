package dev.caravan.operation;

import dev.caravan.access.Caller;
import java.time.Duration;

/**
 * The circumstances of one operation.
 *
 * @param timeout within which it answers
 * @param retries how often it is tried again when something outside is away
 */
record Call(Caller caller, Duration timeout, int retries) {
    String project() {
        return caller.project();
    }
}
