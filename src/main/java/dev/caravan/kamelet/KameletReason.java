package dev.caravan.kamelet;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a request about Kamelets fails. */
public enum KameletReason implements Reason {
    UNKNOWN("kamelet.unknown", ErrorCode.NOT_FOUND);

    private final String id;
    private final ErrorCode code;

    KameletReason(String id, ErrorCode code) {
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
