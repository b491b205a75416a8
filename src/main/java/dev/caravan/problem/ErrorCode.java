package dev.caravan.problem;

/** The seven error codes of the wire, each with its HTTP status. */
public enum ErrorCode {
    VALIDATION_ERROR(400),
    AUTHENTICATION_ERROR(401),
    AUTHORIZATION_ERROR(403),
    NOT_FOUND(404),
    RATE_LIMIT_EXCEEDED(429),
    TIMEOUT(503),
    INTERNAL_ERROR(500);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
