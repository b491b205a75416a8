package dev.caravan.access;

import java.security.SecureRandom;

/**
 * A key that was just made, as its owner gets to see it once.
 *
 * @param text {@code cvn_<id>_<secret>}; the secret has 256 bits
 */
public record NewKey(String id, String text) {
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    static NewKey make() {
        String id = random(10);
        return new NewKey(id, "cvn_" + id + "_" + random(43));
    }

    private static String random(int length) {
        return RANDOM.ints(length, 0, LETTERS.length())
                .collect(StringBuilder::new, (text, i) -> text.append(LETTERS.charAt(i)), StringBuilder::append)
                .toString();
    }

    @Override
    public String toString() {
        return "NewKey[id=" + id + ", text=***]";
    }
}
