package dev.caravan.access;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a caller is not let in, or a key not made. */
public enum AccessReason implements Reason {
    MISSING_KEY("access.missing_key", ErrorCode.AUTHENTICATION_ERROR),
    INVALID_KEY("access.invalid_key", ErrorCode.AUTHENTICATION_ERROR),
    MISSING_SCOPE("access.missing_scope", ErrorCode.AUTHORIZATION_ERROR),
    NO_PROJECT("access.no_project", ErrorCode.AUTHORIZATION_ERROR),
    SCOPE_EXCEEDS_CREATOR("access.scope_exceeds_creator", ErrorCode.AUTHORIZATION_ERROR),
    INVALID_KEY_REQUEST("access.invalid_key_request", ErrorCode.VALIDATION_ERROR),
    TOO_MANY_KEYS("access.too_many_keys", ErrorCode.VALIDATION_ERROR),
    DUPLICATE_NAME("access.duplicate_name", ErrorCode.VALIDATION_ERROR, 409),
    UNKNOWN_API_KEY("access.unknown_api_key", ErrorCode.NOT_FOUND),
    UNAVAILABLE("access.unavailable", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;
    private final int status;

    AccessReason(String id, ErrorCode code) {
        this(id, code, code.status());
    }

    AccessReason(String id, ErrorCode code, int status) {
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
