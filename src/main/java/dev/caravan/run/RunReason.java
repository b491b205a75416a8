package dev.caravan.run;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why something cannot be done to a run. */
enum RunReason implements Reason {
    NOT_FOUND("run.not_found", ErrorCode.NOT_FOUND, 404),
    NOT_WAITING("run.not_waiting", ErrorCode.VALIDATION_ERROR, 409),
    INVALID_PARAMETER("run.invalid_parameter", ErrorCode.VALIDATION_ERROR, 400),
    UNAVAILABLE("run.unavailable", ErrorCode.TIMEOUT, 503);

    private final String id;
    private final ErrorCode code;
    private final int status;

    RunReason(String id, ErrorCode code, int status) {
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
