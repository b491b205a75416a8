package dev.caravan.operation;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why an operation is refused, or does not end. */
enum OperationReason implements Reason {
    UNKNOWN_OPERATION("operation.unknown", ErrorCode.VALIDATION_ERROR),
    TIMED_OUT("operation.timed_out", ErrorCode.TIMEOUT),
    DEPENDENCY_AWAY("operation.dependency_away", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;

    OperationReason(String id, ErrorCode code) {
        this.id = id;
        this.code = code;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ErrorCode code() {
        return code;
    }
}
