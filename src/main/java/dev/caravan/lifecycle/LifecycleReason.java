package dev.caravan.lifecycle;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a pipeline does not move as asked. */
enum LifecycleReason implements Reason {
    ILLEGAL_TRANSITION("pipeline.illegal_transition", ErrorCode.VALIDATION_ERROR),
    TIMEOUT("pipeline.timeout", ErrorCode.TIMEOUT),
    /** Its offsets can be reset only while it is stopped. */
    NOT_STOPPED("pipeline.not_stopped", ErrorCode.VALIDATION_ERROR, 409),
    /** It is stopped, but not done with what it has read. */
    UNFINISHED("pipeline.unfinished", ErrorCode.VALIDATION_ERROR, 409),
    NO_TOPIC("pipeline.no_topic", ErrorCode.VALIDATION_ERROR, 409),
    OFFSETS_REFUSED("pipeline.offsets_refused", ErrorCode.VALIDATION_ERROR);

    private final String id;
    private final ErrorCode code;
    private final int status;

    LifecycleReason(String id, ErrorCode code) {
        this(id, code, code.status());
    }

    LifecycleReason(String id, ErrorCode code, int status) {
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
