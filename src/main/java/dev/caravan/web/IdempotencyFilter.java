package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives the first answer again to a POST that comes again with its idempotency key. */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 20)
final class IdempotencyFilter extends OncePerRequestFilter {
    static final String REPLAYED = "Idempotency-Replayed";

    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyFilter.class);
    private static final String ATTRIBUTE = IdempotencyFilter.class.getName();

    private final Idempotency idempotency;
    private final Failures failures;

    IdempotencyFilter(Idempotency idempotency, Failures failures) {
        this.idempotency = idempotency;
        this.failures = failures;
    }

    /** A request that is being run; its answer may come on another thread. */
    private record Run(UUID token, KeptResponse response, Seal seal) {}

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !"POST".equals(request.getMethod());
    }

    /** The answer is whole only after the last dispatch. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isAsyncDispatch(request)) {
            if (request.getAttribute(ATTRIBUTE) instanceof Run run) {
                go(run, request, response, chain);
            } else {
                chain.doFilter(request, response);
            }
            return;
        }
        Optional<IdempotencyStore.Found> found;
        try {
            found = Sender.of(request)
                    .flatMap(sender -> IdempotencyKey.of(request, sender))
                    .map(idempotency::begin);
        } catch (Problem problem) {
            refuse(request, response, problem, "1");
            return;
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("The idempotency key of a request could not be checked: {}", e.getMessage());
            Problem away = new Problem(
                    WebReason.UNAVAILABLE,
                    "Nothing was done: the idempotency key cannot be checked while the database is away. Try again.");
            refuse(request, response, away, "5");
            return;
        }
        if (found.isEmpty()) {
            chain.doFilter(request, response);
        } else if (found.get() instanceof IdempotencyStore.Begun begun) {
            KeptResponse kept = new KeptResponse(response, IdempotencyStore.MAX_ANSWER - Seal.LONGER);
            Run run = new Run(begun.token(), kept, Seal.of(request));
            request.setAttribute(ATTRIBUTE, run);
            go(run, request, run.response, chain);
        } else if (found.get() instanceof IdempotencyStore.Answered answered) {
            replay(request, response, answered.answer());
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, Problem problem, String retryAfter)
            throws IOException {
        if (problem.reason() == WebReason.STILL_RUNNING || problem.reason() == WebReason.UNAVAILABLE) {
            response.setHeader("Retry-After", retryAfter);
        }
        failures.write(request, response, problem);
    }

    private void go(Run run, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean thrown = true;
        try {
            chain.doFilter(request, response);
            thrown = false;
        } finally {
            if (thrown) {
                idempotency.abandon(run.token);
            }
        }
        if (isAsyncStarted(request)) {
            return;
        }
        KeptResponse kept = run.response;
        if (kept.isError()) {
            idempotency.abandon(run.token);
        } else {
            byte[] body = kept.body();
            idempotency.finish(
                    run.token,
                    new IdempotencyStore.Kept(
                            kept.getStatus(),
                            kept.getContentType(),
                            kept.getHeader("Location"),
                            body == null ? null : run.seal.close(body)));
        }
        kept.release();
    }

    private void replay(HttpServletRequest request, HttpServletResponse response, IdempotencyStore.Kept answer)
            throws IOException {
        response.setHeader(REPLAYED, "true");
        Optional<byte[]> body = Optional.ofNullable(answer.body()).flatMap(Seal.of(request)::open);
        if (body.isEmpty()) {
            Problem notKept = new Problem(
                    WebReason.ANSWER_NOT_KEPT,
                    "This was done, and answered with " + answer.status() + "; the answer was too large to be kept.");
            failures.write(request, response, notKept);
            return;
        }
        response.setStatus(answer.status());
        if (answer.contentType() != null) {
            response.setContentType(answer.contentType());
        }
        if (answer.location() != null) {
            response.setHeader("Location", answer.location());
        }
        response.setContentLength(body.get().length);
        response.getOutputStream().write(body.get());
    }
}
