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
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Reads the body, within its limit, once it is known who sends it; whoever comes later reads it from memory. */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 10)
final class BodyLimitFilter implements Filter {
    private final Failures failures;
    private final BodyRoom room;

    BodyLimitFilter(Failures failures, BodyRoom room) {
        this.failures = failures;
        this.room = room;
    }

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) any;
        HttpServletResponse response = (HttpServletResponse) answer;
        BodyRoom.Share share = room.share();
        try {
            RequestBody body = body(request, response, share);
            if (body != null) {
                chain.doFilter(body, response);
            }
        } finally {
            AnswerEnd.of(request, failure -> share.giveBack());
        }
    }

    private @Nullable RequestBody body(HttpServletRequest request, HttpServletResponse response, BodyRoom.Share share)
            throws IOException {
        Problem problem;
        try {
            requireType(request.getContentType());
            return new RequestBody(request, BodyLimit.read(request, share));
        } catch (Problem refused) {
            problem = refused;
        } catch (IOException e) {
            problem = new Problem(WebReason.MALFORMED_REQUEST, "The body could not be read to its end.");
        }
        if (problem.reason() == WebReason.UNSUPPORTED_ENCODING) {
            response.setHeader("Accept-Encoding", "gzip, identity");
        }
        failures.write(request, response, problem);
        return null;
    }

    /** Spring takes a range of types for one, and stumbles over it when it copies the headers. */
    private static void requireType(@Nullable String contentType) {
        if (contentType != null && contentType.split(";", 2)[0].contains("*")) {
            throw new Problem(WebReason.MALFORMED_REQUEST, "The Content-Type header has to name one type.");
        }
    }
}
