package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Counts the requests of each key, before their bodies are read, and says in every answer how many are left. */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 5)
final class RateLimitFilter implements Filter {
    private final RateLimit<Sender> limits;
    private final Failures failures;
    private final Clock clock;

    RateLimitFilter(RateLimit<Sender> limits, Failures failures, Clock clock) {
        this.limits = limits;
        this.failures = failures;
        this.clock = clock;
    }

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) any;
        HttpServletResponse response = (HttpServletResponse) answer;
        Optional<Sender> sender = Sender.of(request);
        if (limits.isOff() || sender.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        RateLimit.Left left = limits.take(sender.get());
        response.setHeader("X-RateLimit-Limit", String.valueOf(left.limit()));
        response.setHeader("X-RateLimit-Remaining", String.valueOf(left.remaining()));
        // rounded up: at that second it is there again
        response.setHeader(
                "X-RateLimit-Reset",
                String.valueOf(
                        clock.instant().plus(left.untilReset()).plusMillis(999).getEpochSecond()));
        if (left.granted()) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader("Retry-After", left.retryAfter());
        failures.write(
                request,
                response,
                new Problem(
                        WebReason.RATE_LIMITED,
                        "This key may send " + left.limit() + " requests in " + RateLimit.WINDOW.toSeconds()
                                + " s: try again in " + left.retryAfter() + " s."));
    }
}
