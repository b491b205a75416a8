package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** How large a body may be, inflated, and the reading of one that keeps to it. */
final class BodyLimit {
    static final int DEFAULT = 1 << 20;
    static final int INGEST = 10 << 20;

    private static final int FIRST_READ = 64 << 10;
    private static final Pattern INGEST_PATH = Pattern.compile("/pipeline/[^/]+/ingest/?");

    private BodyLimit() {}

    static int of(HttpServletRequest request) {
        return INGEST_PATH.matcher(request.getRequestURI()).matches() ? INGEST : DEFAULT;
    }

    /**
     * @param room asked before memory is taken
     * @throws Problem as soon as the body is known to be too large, before it is in memory
     */
    static byte[] read(HttpServletRequest request, BodyRoom.Share room) throws IOException {
        int limit = of(request);
        long announced = request.getContentLengthLong();
        if (announced > limit) {
            throw tooLarge(limit);
        }
        if (announced == 0) {
            return new byte[0];
        }
        InputStream body = InflatedBody.of(request.getHeader("Content-Encoding"), request.getInputStream());
        boolean exact = announced > 0 && !(body instanceof InflatedBody);
        return read(body, exact ? (int) Math.min(announced, FIRST_READ) : FIRST_READ, limit, room);
    }

    private static byte[] read(InputStream body, int first, int limit, BodyRoom.Share room) throws IOException {
        room.grow(first);
        byte[] bytes = new byte[first];
        int length = 0;
        while (true) {
            length += body.readNBytes(bytes, length, bytes.length - length);
            if (length < bytes.length) {
                return Arrays.copyOf(bytes, length);
            }
            int next = body.read();
            if (next < 0) {
                return bytes;
            }
            if (length == limit) {
                throw tooLarge(limit);
            }
            int larger = Math.min(limit, 2 * length);
            room.grow(larger - length);
            bytes = Arrays.copyOf(bytes, larger);
            bytes[length++] = (byte) next;
        }
    }

    private static Problem tooLarge(int limit) {
        String size = String.format(Locale.ROOT, "%d MiB", limit >> 20);
        return new Problem(WebReason.BODY_TOO_LARGE, "The body is larger than " + size + ".");
    }
}
