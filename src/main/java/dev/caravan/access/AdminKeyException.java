package dev.caravan.access;

import org.jspecify.annotations.Nullable;

/** The program cannot start because of its admin key; the message says what to do. */
final class AdminKeyException extends RuntimeException {
    AdminKeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
