package dev.caravan.operation;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why an operation is refused, or does not end. */
enum OperationReason implements Reason {
    UNKNOWN_OPERATION("operation.unknown", ErrorCode.VALIDATION_ERROR),
    MALFORMED_IF_MATCH("operation.malformed_if_match", ErrorCode.VALIDATION_ERROR),
    PRECONDITION_FAILED("operation.precondition_failed", ErrorCode.VALIDATION_ERROR, 412),
    MALFORMED_EVENTS("operation.malformed_events", ErrorCode.VALIDATION_ERROR),
    TOO_MANY_EVENTS("operation.too_many_events", ErrorCode.VALIDATION_ERROR, 413),
    OVERLOADED("operation.overloaded", ErrorCode.RATE_LIMIT_EXCEEDED),
    TIMED_OUT("operation.timed_out", ErrorCode.TIMEOUT),
    DEPENDENCY_AWAY("operation.dependency_away", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;
    private final int status;

    OperationReason(String id, ErrorCode code) {
        this(id, code, code.status());
    }

    OperationReason(String id, ErrorCode code, int status) {
        this.id = id;
        this.code = code;
        this.status = status;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ErrorCode code() {
        return code;
    }

    @Override
    public int status() {
        return status;
    }
}
