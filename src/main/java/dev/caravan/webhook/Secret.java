package dev.caravan.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What sender and receiver of a webhook share: 24 to 64 bytes, written {@code whsec_} and base64 (Standard Webhooks 1.0). */
final class Secret {
    private static final String PREFIX = "whsec_";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 64;
    private static final int MADE = 32;
    private static final String HMAC = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    static Secret make() {
        byte[] bytes = new byte[MADE];
        RANDOM.nextBytes(bytes);
        return new Secret(bytes);
    }

    /** Empty when this is no secret. */
    static Optional<Secret> parse(String text) {
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
            boolean fits = bytes.length >= SHORTEST && bytes.length <= LONGEST;
            return fits ? Optional.of(new Secret(bytes)) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    static Secret of(byte[] stored) {
        return new Secret(stored);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** As its owner gets to see it, once. */
    String text() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * The value of the header {@code webhook-signature}.
     *
     * @param id of the message, the same at each attempt
     * @param timestamp of the attempt, in seconds since 1970
     */
    String signature(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(bytes, HMAC));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
