package dev.caravan.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hook for tests of crashes: ends the process, without any clean-up, when a point is reached for the n-th time.
 * Switched on by the system property {@code caravan.faults.kill=<point>:<n>}, such as {@code after_put:3}.
 */
final class KillingFaults implements Faults {
    static final String PROPERTY = "caravan.faults.kill";
    /** Instead of dying the process stands still, until somebody continues it. */
    static final String STOP_PROPERTY = "caravan.faults.stop";

    /** What a shell reports for a process that was ended by SIGKILL. */
    static final int EXIT_CODE = 137;

    private final FaultPoint point;
    private final AtomicInteger left;
    private final Runnable death;

    KillingFaults(FaultPoint point, int times, Runnable death) {
        this.point = point;
        this.left = new AtomicInteger(times);
        this.death = death;
    }

    /** @param setting {@code <point>:<n>} */
    static Faults parse(String setting, Runnable death) {
        String[] parts = setting.split(":", 2);
        for (FaultPoint point : FaultPoint.values()) {
            if (parts.length == 2 && point.wireName().equals(parts[0])) {
                return new KillingFaults(point, Integer.parseInt(parts[1]), death);
            }
        }
        throw new IllegalArgumentException(PROPERTY + " is not <point>:<n>: " + setting);
    }

    /** What SIGSTOP does, sent by the process to itself so that it stands still exactly here. */
    static void standStill() {
        try {
            new ProcessBuilder(
                            "kill",
                            "-STOP",
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void reach(FaultPoint reached) {
        if (reached == point && left.decrementAndGet() == 0) {
            death.run();
        }
    }
}
