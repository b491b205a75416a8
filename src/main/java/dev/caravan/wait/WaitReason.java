package dev.caravan.wait;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why something cannot be done to a wait. */
public enum WaitReason implements Reason {
    NOT_FOUND("wait.not_found", ErrorCode.NOT_FOUND, 404),
    ALREADY_RECEIVED("wait.already_received", ErrorCode.VALIDATION_ERROR, 409),
    TIMED_OUT("wait.timed_out", ErrorCode.VALIDATION_ERROR, 410),
    CANCELED("wait.canceled", ErrorCode.VALIDATION_ERROR, 410),
    NOT_WAITING("wait.not_waiting", ErrorCode.VALIDATION_ERROR, 409),
    KEY_IN_USE("wait.key_in_use", ErrorCode.VALIDATION_ERROR, 409),
    INVALID_PARAMETER("wait.invalid_parameter", ErrorCode.VALIDATION_ERROR, 400),
    OTHER_PROJECT("wait.other_project", ErrorCode.AUTHORIZATION_ERROR, 403),
    LINK_INVALID("wait.link_invalid", ErrorCode.NOT_FOUND, 404),
    LINK_USED("wait.link_used", ErrorCode.VALIDATION_ERROR, 410),
    LINK_EXPIRED("wait.link_expired", ErrorCode.VALIDATION_ERROR, 410),
    TOO_MANY_STREAMS("wait.too_many_streams", ErrorCode.TIMEOUT, 503),
    CONTENDED("wait.contended", ErrorCode.TIMEOUT, 503),
    UNAVAILABLE("wait.unavailable", ErrorCode.TIMEOUT, 503);

    private final String id;
    private final ErrorCode code;
    private final int status;

    WaitReason(String id, ErrorCode code, int status) {
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
