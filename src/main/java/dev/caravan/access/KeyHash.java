package dev.caravan.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a key. Keys are long and random, so nothing slower is needed. */
record KeyHash(String hex) {
    static KeyHash of(String key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return of(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    static KeyHash of(byte[] bytes) {
        return new KeyHash(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** Takes as long for a hash that differs in its first byte as for one that differs in its last. */
    boolean matches(KeyHash other) {
        return MessageDigest.isEqual(bytes(), other.bytes());
    }

    @Override
    public String toString() {
        return "***";
    }
}
