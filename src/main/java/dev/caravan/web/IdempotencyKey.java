package dev.caravan.web;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The name under which a client may send one POST several times.
 *
 * @param text what the store has of it: SHA-256 of what the client sent, in hexadecimal
 * @param fingerprint SHA-256 of path, query and body in hexadecimal: what else has to be the same
 */
record IdempotencyKey(Sender sender, String text, String fingerprint) {
    static final int MAX_LENGTH = 255;

    private static final List<String> HEADERS = List.of("Idempotency-Key", "X-Idempotency-Key");

    /**
     * Empty when the request has none.
     *
     * @throws Problem when there are several that differ, or one that is too long or not printable
     */
    static Optional<IdempotencyKey> of(HttpServletRequest request, Sender sender) {
        return sent(request).map(text -> new IdempotencyKey(sender, hash(text), fingerprint(request)));
    }

    /**
     * What the client sent: 1 to 255 printable ASCII characters.
     *
     * @throws Problem when there are several that differ, or one that is too long or not printable
     */
    static Optional<String> sent(HttpServletRequest request) {
        if (HEADERS.stream().allMatch(header -> request.getHeader(header) == null)) {
            return Optional.empty();
        }
        List<String> sent = new ArrayList<>();
        HEADERS.forEach(header -> sent.addAll(Collections.list(request.getHeaders(header))));
        String key = sent.get(0);
        boolean acceptable = sent.stream().allMatch(key::equals)
                && !key.isBlank()
                && key.length() <= MAX_LENGTH
                && key.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (!acceptable) {
            throw new Problem(
                    WebReason.INVALID_IDEMPOTENCY_KEY,
                    "The idempotency key has to be one of 1 to " + MAX_LENGTH + " printable ASCII characters.",
                    List.of(new Violation("", "the header Idempotency-Key is not acceptable")));
        }
        return Optional.of(key);
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String fingerprint(HttpServletRequest request) {
        String query = request.getQueryString();
        return HexFormat.of()
                .formatHex(digest(
                        request.getRequestURI().getBytes(StandardCharsets.UTF_8),
                        query == null ? new byte[0] : query.getBytes(StandardCharsets.UTF_8),
                        RequestBody.of(request)));
    }

    /** SHA-256 of the parts, each with its length, so that nothing moves from one part to the next unseen. */
    static byte[] digest(byte[]... parts) {
        MessageDigest digest = sha256();
        for (byte[] part : parts) {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            digest.update(part);
        }
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
