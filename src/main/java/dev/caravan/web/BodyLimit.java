package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.regex.Pattern;

/** How large a body may be, and the reading of one that keeps to it. */
final class BodyLimit {
    static final int DEFAULT = 1 << 20;
    static final int INGEST = 10 << 20;

    private static final Pattern INGEST_PATH = Pattern.compile("/pipeline/[^/]+/ingest/?");

    private BodyLimit() {}

    static int of(HttpServletRequest request) {
        return INGEST_PATH.matcher(request.getRequestURI()).matches() ? INGEST : DEFAULT;
    }

    /** @throws Problem as soon as the body is known to be too large, before it is in memory */
    static byte[] read(HttpServletRequest request) throws IOException {
        int limit = of(request);
        if (request.getContentLengthLong() > limit) {
            throw tooLarge(limit);
        }
        byte[] body = request.getInputStream().readNBytes(limit + 1);
        if (body.length > limit) {
            throw tooLarge(limit);
        }
        return body;
    }

    private static Problem tooLarge(int limit) {
        return new Problem(WebReason.BODY_TOO_LARGE, "The body is larger than " + (limit >> 20) + " MiB.");
    }
}
