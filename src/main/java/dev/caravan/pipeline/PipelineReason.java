package dev.caravan.pipeline;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a request about a pipeline fails. */
public enum PipelineReason implements Reason {
    INVALID("pipeline.invalid", ErrorCode.VALIDATION_ERROR, 400),
    TOO_LARGE("pipeline.too_large", ErrorCode.VALIDATION_ERROR, 413),
    NAME_TAKEN("pipeline.name_taken", ErrorCode.VALIDATION_ERROR, 400),
    PROVISIONED("pipeline.provisioned", ErrorCode.VALIDATION_ERROR, 400),
    CHANGED_MEANWHILE("pipeline.changed_meanwhile", ErrorCode.VALIDATION_ERROR, 409),
    NOT_FOUND("pipeline.not_found", ErrorCode.NOT_FOUND, 404),
    VERSION_NOT_FOUND("pipeline.version_not_found", ErrorCode.NOT_FOUND, 404);

    private final String id;
    private final ErrorCode code;
    private final int status;

    PipelineReason(String id, ErrorCode code, int status) {
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
