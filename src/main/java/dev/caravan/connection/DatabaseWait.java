package dev.caravan.connection;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the start up until PostgreSQL answers; nothing else can be built without it. A signal to stop ends the wait. */
final class DatabaseWait {
    private static final Logger log = LoggerFactory.getLogger(DatabaseWait.class);

    private final CountDownLatch stopped = new CountDownLatch(1);

    /** @param whileWaiting opened at the first failure, closed when the database answers */
    void untilReachable(DatabaseConnection database, WaitingPage whileWaiting) {
        Thread onSignal = new Thread(stopped::countDown, "database-wait-stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        Backoff backoff = new Backoff();
        Probe probe = Probe.of(database);
        try (whileWaiting) {
            while (!answers(probe, database, backoff.next())) {
                whileWaiting.open();
            }
        } finally {
            removeHook(onSignal);
        }
    }

    private boolean answers(Probe probe, DatabaseConnection database, Duration pause) {
        try {
            probe.ask();
            return true;
        } catch (Exception e) {
            log.warn(
                    "PostgreSQL at {} cannot be reached ({}); next try in {} s.",
                    database.address(),
                    Probe.reason(e),
                    pause.toSeconds());
            pause(pause);
            return false;
        }
    }

    private void pause(Duration pause) {
        try {
            if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StartException("Stopped while waiting for PostgreSQL.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while waiting for PostgreSQL.", e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("The process is stopping already", e);
        }
    }
}
