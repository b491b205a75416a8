package dev.caravan.monitor;

import dev.caravan.web.AnswerEnd;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Times each request to its end, by the paths of the contract. One timer is all that is wanted of a request; to have it
 * observed, with a context that others may add to, would cost as much as all of Spring Security.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class RequestTimes implements Filter {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    /** What Camel puts behind each of its paths. */
    private static final String BELOW = "/{*matchOnUriPrefix}";

    private final MeterRegistry registry;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    RequestTimes(MeterRegistry registry) {
        this.registry = registry;
    }

    /** There are no more than paths of the contract, methods and statuses: nothing of it is a client's choice. */
    private record Kind(String method, String uri, int status, String exception) {}

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) any;
        HttpServletResponse response = (HttpServletResponse) answer;
        long start = System.nanoTime();
        boolean returned = false;
        try {
            chain.doFilter(request, response);
            returned = true;
        } catch (IOException | ServletException | RuntimeException e) {
            record(request, 500, e, start);
            throw e;
        } finally {
            if (returned) {
                AnswerEnd.of(request, failure -> record(request, response.getStatus(), failure, start));
            }
        }
    }

    private void record(HttpServletRequest request, int status, @Nullable Throwable failure, long start) {
        String method = METHODS.contains(request.getMethod()) ? request.getMethod() : "UNKNOWN";
        String exception = failure == null ? "none" : failure.getClass().getSimpleName();
        timers.computeIfAbsent(new Kind(method, uri(request, status), status, exception), this::timer)
                .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Kind kind) {
        return Timer.builder(MetricNames.REQUESTS)
                .tag("method", kind.method)
                .tag("uri", kind.uri.replace(BELOW, ""))
                .tag("status", Integer.toString(kind.status))
                .tag("outcome", outcome(kind.status))
                .tag("exception", kind.exception)
                .tag("error", kind.exception)
                .register(registry);
    }

    private static String uri(HttpServletRequest request, int status) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (pattern != null) {
            return pattern.toString();
        }
        return status == 404 ? "NOT_FOUND" : status / 100 == 3 ? "REDIRECTION" : "UNKNOWN";
    }

    private static String outcome(int status) {
        return switch (status / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            case 5 -> "SERVER_ERROR";
            default -> "UNKNOWN";
        };
    }
}
