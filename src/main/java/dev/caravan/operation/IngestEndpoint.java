package dev.caravan.operation;

import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Envelope;
import dev.caravan.web.Failures;
import dev.caravan.web.RequestBody;
import dev.caravan.web.WebReason;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.util.UriUtils;

/**
 * {@code POST /pipeline/{pipeline}/ingest}: the events are the body, as they are. The one path of the contract that does not
 * go through Camel, where each request costs an exchange and two changes of thread.
 */
final class IngestEndpoint implements HttpRequestHandler {
    private static final Pattern PATH = Pattern.compile("/pipeline/([^/]+)/ingest/?");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final IngestTargets targets;
    private final Ingestion ingestion;
    private final Envelope envelope;
    private final Failures failures;

    IngestEndpoint(IngestTargets targets, Ingestion ingestion, Envelope envelope, Failures failures) {
        this.targets = targets;
        this.ingestion = ingestion;
        this.envelope = envelope;
        this.failures = failures;
    }

    /** Asked before Camel, which has everything below {@code /pipeline}. */
    static HandlerMapping at(HttpRequestHandler handler) {
        return new SimpleUrlHandlerMapping(
                Map.of("/pipeline/*/ingest", handler, "/pipeline/*/ingest/", handler), Integer.MIN_VALUE);
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Answer answer;
        try {
            requireAcceptable(request, response);
            answer = new Answer(200, "application/json", envelope.success(request, ingest(request)));
        } catch (RuntimeException e) {
            answer = failures.answer(request, e);
        }
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    private Object ingest(HttpServletRequest request) {
        boolean array = isArray(request.getContentType());
        Caller caller = Caller.of(request);
        caller.require(Scope.PIPELINES_WRITE);
        IngestTargets.Target target =
                Outages.bridged(0, TIMEOUT, () -> targets.find(caller.project(), pipeline(request)));
        EventReader reader = new EventReader(target.check(), request.getParameter("key_field"));
        byte[] body = RequestBody.of(request);
        return ingestion.ingest(target.pipeline(), array ? reader.array(body) : reader.lines(body), TIMEOUT);
    }

    private static void requireAcceptable(HttpServletRequest request, HttpServletResponse response) {
        if (!"POST".equals(request.getMethod())) {
            response.setHeader("Allow", "POST");
            throw new Problem(WebReason.METHOD_NOT_ALLOWED, request.getMethod() + " is not allowed here, use POST.");
        }
        String accept = request.getHeader("Accept");
        if (accept != null && !accept.equals("*/*") && !takesJson(accept)) {
            throw new Problem(WebReason.NOT_ACCEPTABLE, "The answer is application/json: accept that.");
        }
    }

    private static boolean takesJson(String accept) {
        try {
            return accept.isBlank()
                    || MediaType.parseMediaTypes(accept).stream()
                            .anyMatch(type -> type.includes(MediaType.APPLICATION_JSON));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static boolean isArray(@Nullable String contentType) {
        String[] parts = String.valueOf(contentType).toLowerCase(Locale.ROOT).split(";", 2);
        boolean array = parts[0].strip().equals("application/json");
        boolean lines = parts[0].strip().equals("application/x-ndjson");
        boolean unicode = parts.length < 2 || !parts[1].contains("charset") || parts[1].contains("utf-8");
        if (!(array || lines) || !unicode) {
            throw new Problem(
                    WebReason.UNSUPPORTED_MEDIA_TYPE,
                    "This takes application/x-ndjson and application/json in UTF-8: set the Content-Type header to that.");
        }
        return array;
    }

    private static String pipeline(HttpServletRequest request) {
        Matcher path = PATH.matcher(request.getRequestURI());
        return path.matches() ? UriUtils.decode(path.group(1), StandardCharsets.UTF_8) : "";
    }
}
