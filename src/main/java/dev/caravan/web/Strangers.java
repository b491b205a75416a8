package dev.caravan.web;

import dev.caravan.problem.Problem;
import io.github.bucket4j.TimeMeter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** Limits by their address those who come without a key or with a wrong one, so that nobody tries out keys. */
@Component
public final class Strangers {
    private final RateLimit<String> limits;
    private final Failures failures;

    Strangers(WebSettings settings, TimeMeter time, Failures failures) {
        this.limits = new RateLimit<>(settings.rateLimitUnauthenticated(), time);
        this.failures = failures;
    }

    /** Whether the address may come with a key that was never seen before. */
    public boolean mayTry(HttpServletRequest request) {
        return limits.hasLeft(address(request));
    }

    /** Answers with the refusal, or with 429 once the address has had too many of them. */
    public void refuse(HttpServletRequest request, HttpServletResponse response, Problem refusal) throws IOException {
        if (limits.isOff()) {
            failures.write(request, response, refusal);
            return;
        }
        RateLimit.Left left = limits.take(address(request));
        if (left.granted()) {
            failures.write(request, response, refusal);
            return;
        }
        response.setHeader("Retry-After", left.retryAfter());
        failures.write(
                request,
                response,
                new Problem(
                        WebReason.RATE_LIMITED,
                        "There were too many requests without a valid key from this address: try again in "
                                + left.retryAfter() + " s."));
    }

    private static String address(HttpServletRequest request) {
        return network(String.valueOf(request.getRemoteAddr()));
    }

    /** One IPv6 customer has at least a /64: its addresses are one sender. */
    static String network(String address) {
        String[] groups = address.split(":", -1);
        if (groups.length < 3 || address.contains(".")) {
            return address;
        }
        int gap = address.indexOf("::");
        if (gap < 0) {
            return String.join(":", groups[0], groups[1], groups[2], groups[3]);
        }
        String[] before = gap == 0 ? new String[0] : address.substring(0, gap).split(":", -1);
        int after = gap + 2 == address.length() ? 0 : address.substring(gap + 2).split(":", -1).length;
        StringBuilder network = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            boolean missing = i >= before.length && i < 8 - after;
            String group = i < before.length ? before[i] : missing ? "0" : groups[groups.length - (8 - i)];
            network.append(i == 0 ? "" : ":").append(group);
        }
        return network.toString();
    }
}
