package dev.caravan.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives a body to answers that are only a status: Camel's contract-first REST answers an unknown path below a known one
 * with an empty 404, and a known path under another method with an empty 405.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class BareErrorFilter extends OncePerRequestFilter {
    private final Failures failures;

    BareErrorFilter(Failures failures) {
        this.failures = failures;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, response);
        boolean bare = response.getStatus() >= 400 && response.getContentType() == null && !response.isCommitted();
        if (bare && !isAsyncStarted(request)) {
            failures.write(request, response, Failures.of(response.getStatus(), request, response.getHeader("Allow")));
        }
    }
}
