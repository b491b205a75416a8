package dev.caravan.access;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a caller is not let in. */
public enum AccessReason implements Reason {
    MISSING_KEY("access.missing_key", ErrorCode.AUTHENTICATION_ERROR),
    INVALID_KEY("access.invalid_key", ErrorCode.AUTHENTICATION_ERROR),
    MISSING_SCOPE("access.missing_scope", ErrorCode.AUTHORIZATION_ERROR),
    UNAVAILABLE("access.unavailable", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;

    AccessReason(String id, ErrorCode code) {
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
