package dev.caravan.delivery;

import java.time.Duration;

/** Waits between two tries, so that tests need not. */
interface Pause {
    void pause(Duration duration) throws InterruptedException;
}
