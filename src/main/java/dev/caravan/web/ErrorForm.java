package dev.caravan.web;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Reason;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** The form in which each API tells failures; the path decides. */
enum ErrorForm {
    /** {@code {success, error, meta}}: {@code /pipeline}, {@code /webhooks} and every path of no API. */
    ENVELOPE("application/json") {
        @Override
        Object tell(String requestId, Instant now, Problem problem) {
            return Envelope.failure(requestId, now, problem);
        }
    },
    /** {@code {message, error_code, details}}: {@code /v0}. */
    PLAIN("application/json") {
        @Override
        Object tell(String requestId, Instant now, Problem problem) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("message", problem.detail());
            body.put("error_code", plainCode(problem.reason()));
            Map<String, Object> details = Envelope.details(problem);
            details.put("request_id", requestId);
            body.put("details", details);
            return body;
        }
    },
    /** RFC 9457, with {@code code}, {@code reason}, {@code request_id} and {@code errors}: {@code /v1}, {@code /api/v1}. */
    PROBLEM("application/problem+json") {
        @Override
        Object tell(String requestId, Instant now, Problem problem) {
            Reason reason = problem.reason();
            HttpStatus status = HttpStatus.resolve(reason.status());
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("type", "about:blank");
            body.put("title", status == null ? reason.code().name() : status.getReasonPhrase());
            body.put("status", reason.status());
            body.put("detail", problem.detail());
            body.put("code", reason.problemCode());
            body.put("reason", reason.id());
            body.put("request_id", requestId);
            body.put("errors", Envelope.places(problem));
            problem.details().forEach(body::putIfAbsent);
            return body;
        }
    };

    private final String contentType;

    ErrorForm(String contentType) {
        this.contentType = contentType;
    }

    /** @param path of the request as the client sent it; null when the server could not read one */
    static ErrorForm of(@Nullable String path) {
        if (path == null) {
            return ENVELOPE;
        }
        if (isBelow(path, "/v0")) {
            return PLAIN;
        }
        return isBelow(path, "/v1") || isBelow(path, "/api/v1") ? PROBLEM : ENVELOPE;
    }

    private static boolean isBelow(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    Answer answer(String requestId, Instant now, Problem problem) {
        byte[] body = StrictJson.bytes(tell(requestId, now, problem));
        return new Answer(problem.reason().status(), contentType, body);
    }

    /** The body, to be written as JSON. */
    abstract Object tell(String requestId, Instant now, Problem problem);

    /** {@code pipeline.unknown_name} is {@code UnknownName}; whoever is not known has one code for all reasons. */
    static String plainCode(Reason reason) {
        if (reason.code() == ErrorCode.AUTHENTICATION_ERROR) {
            return "AuthenticationFailed";
        }
        String last = reason.id().substring(reason.id().lastIndexOf('.') + 1);
        return Arrays.stream(last.split("_"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }
}
