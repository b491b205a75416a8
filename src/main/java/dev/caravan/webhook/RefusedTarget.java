package dev.caravan.webhook;

/** Nothing is sent to this endpoint; the message says why, and reads on after "url". */
final class RefusedTarget extends RuntimeException {
    RefusedTarget(String message) {
        super(message);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
