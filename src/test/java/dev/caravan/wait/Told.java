package dev.caravan.wait;

import dev.caravan.problem.Problem;
import java.util.concurrent.Callable;

/** What a caller is told: how the wait stands on success, else the reason. */
final class Told {
    private Told() {}

    static String by(Callable<Waits.Sent> call) throws Exception {
        try {
            Waits.Sent sent = call.call();
            return sent instanceof Waits.Sent.Received received
                    ? received.replayed()
                            ? "replayed"
                            : received.found().status().id()
                    : "kept";
        } catch (Problem problem) {
            return problem.reason().id();
        }
    }
}
