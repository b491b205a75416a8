package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads the body, within its limit, once it is known who sends it; whoever comes later reads it from memory. */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 10)
final class BodyLimitFilter extends OncePerRequestFilter {
    private final Failures failures;

    BodyLimitFilter(Failures failures) {
        this.failures = failures;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        byte[] body;
        try {
            body = BodyLimit.read(request);
        } catch (Problem problem) {
            failures.write(request, response, problem);
            return;
        } catch (IOException e) {
            failures.write(
                    request,
                    response,
                    new Problem(WebReason.MALFORMED_REQUEST, "The body could not be read to its end."));
            return;
        }
        chain.doFilter(new RequestBody(request, body), response);
    }
}
