package dev.caravan.webhook;

import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt.
 *
 * @param code status of the answer; null when there was none
 * @param error why it is not a success; null when it is
 */
record Outcome(@Nullable Integer code, @Nullable String error) {
    private static final int GONE = 410;
    private static final int LONGEST_ERROR = 300;

    static Outcome answered(int code) {
        if (code >= 200 && code < 300) {
            return new Outcome(code, null);
        }
        String meaning =
                code >= 300 && code < 400 ? "answered with a redirect, which is not followed" : "answered " + code;
        return new Outcome(code, meaning);
    }

    static Outcome failed(String error) {
        return new Outcome(null, error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error);
    }

    boolean delivered() {
        return error == null;
    }

    /** Whether the endpoint wants nothing more. */
    boolean gone() {
        return code != null && code == GONE;
    }
}
