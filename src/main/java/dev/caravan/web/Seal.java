package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a kept answer is locked with: some answers have a key that is shown once, which the database must not have in plain
 * sight. It is opened by the request that comes again, with what only its sender has: the text of the idempotency key and the
 * API key. A token of an issuer is another one each time, so there the idempotency key alone has to do.
 */
final class Seal {
    /** How much longer it makes an answer. */
    static final int LONGER = 12 + 16;

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    private Seal(SecretKeySpec key) {
        this.key = key;
    }

    /** @param request with an idempotency key */
    static Seal of(HttpServletRequest request) {
        String sent = IdempotencyKey.sent(request).orElseThrow();
        byte[] secret = IdempotencyKey.digest(
                "seal".getBytes(StandardCharsets.UTF_8),
                sent.getBytes(StandardCharsets.UTF_8),
                apiKey(request).getBytes(StandardCharsets.UTF_8));
        return new Seal(new SecretKeySpec(secret, "AES"));
    }

    private static String apiKey(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        String presented =
                header == null ? "" : header.substring(header.indexOf(' ') + 1).strip();
        boolean token = presented.toLowerCase(Locale.ROOT).startsWith("eyj") && presented.split("\\.", -1).length == 3;
        return token ? "" : presented;
    }

    byte[] close(byte[] answer) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce);
            byte[] sealed = Arrays.copyOf(nonce, answer.length + LONGER);
            cipher.doFinal(answer, 0, answer.length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + CIPHER, e);
        }
    }

    /** Empty when it was closed with another seal. */
    Optional<byte[]> open(byte[] sealed) {
        if (sealed.length < LONGER) {
            return Optional.empty();
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE));
            return Optional.of(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
