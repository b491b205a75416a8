package dev.caravan.lifecycle;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a pipeline does not move as asked. */
enum LifecycleReason implements Reason {
    ILLEGAL_TRANSITION("pipeline.illegal_transition", ErrorCode.VALIDATION_ERROR),
    TIMEOUT("pipeline.timeout", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;

    LifecycleReason(String id, ErrorCode code) {
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
