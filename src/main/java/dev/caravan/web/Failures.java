package dev.caravan.web;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Problem;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Turns every failure into an answer: the one place where an HTTP status and an error body are made. */
@Component
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final String RETRY_AFTER = "Retry-After";

    /** Seconds after which who was told to come back may do so, if nobody knows better. */
    private static final String SOON = "1";

    private final Clock clock;

    Failures(Clock clock) {
        this.clock = clock;
    }

    /** Writes the answer unless one is already on its way. */
    public void write(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        Answer answer = answer(request, problem);
        response.resetBuffer();
        response.setStatus(answer.status());
        response.setHeader(RequestId.HEADER, RequestId.of(request));
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        answer.headers().forEach((name, value) -> {
            if (!response.containsHeader(name)) {
                response.setHeader(name, value);
            }
        });
        response.getOutputStream().write(answer.body());
    }

    /** The answer in the form of the API that the request's path belongs to. */
    public Answer answer(HttpServletRequest request, Throwable failure) {
        Problem problem = problem(request, failure);
        Answer answer = ErrorForm.of(path(request)).answer(RequestId.of(request), clock.instant(), problem);
        return problem.reason().code() == ErrorCode.RATE_LIMIT_EXCEEDED ? answer.with(RETRY_AFTER, SOON) : answer;
    }

    /** As the client sent it; an error dispatch goes by another. */
    private static @Nullable String path(HttpServletRequest request) {
        Object sent = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return sent instanceof String path ? path : request.getRequestURI();
    }

    /** What the client may know of a failure; what it may not know is logged here. */
    Problem problem(HttpServletRequest request, Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof Problem problem) {
                return problem;
            }
        }
        String id = RequestId.of(request);
        LOG.error("Request {} {} {} failed", id, request.getMethod(), request.getRequestURI(), failure);
        return new Problem(
                WebReason.INTERNAL,
                "Caravan could not do this because of a fault of its own; its log has it under " + id + ".");
    }

    /** The problem behind a bare status of the container or of the routing. */
    static Problem of(int status, HttpServletRequest request, @Nullable String allowed) {
        String path = request.getRequestURI();
        return switch (status) {
            case 404 -> new Problem(WebReason.UNKNOWN_PATH, "There is nothing at " + path + ".");
            case 405 ->
                new Problem(
                        WebReason.METHOD_NOT_ALLOWED,
                        request.getMethod() + " is not allowed here"
                                + (allowed == null ? "." : ", use " + allowed + "."));
            case 406 -> new Problem(WebReason.NOT_ACCEPTABLE, "The answer is application/json: accept that.");
            case 413 -> new Problem(WebReason.BODY_TOO_LARGE, "The body is too large.");
            case 415 ->
                new Problem(
                        WebReason.UNSUPPORTED_MEDIA_TYPE,
                        "This takes application/json: set the Content-Type header to that.");
            case 431 -> new Problem(WebReason.HEADERS_TOO_LARGE, "The request's headers are too large.");
            case 503 -> new Problem(WebReason.UNAVAILABLE, "This is not available at the moment: try again.");
            default ->
                status < 500
                        ? new Problem(WebReason.MALFORMED_REQUEST, "The request is malformed.")
                        : new Problem(WebReason.INTERNAL, "Caravan could not do this because of a fault of its own.");
        };
    }
}
