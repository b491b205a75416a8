package dev.caravan.connection;

import org.jspecify.annotations.Nullable;

/** Caravan cannot start; the message is one sentence for the person who starts it, and all that is shown. */
public final class StartException extends RuntimeException {
    public StartException(String sentence) {
        super(sentence);
    }

    public StartException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
