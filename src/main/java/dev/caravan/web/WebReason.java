package dev.caravan.web;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a request is refused before anybody looks at what it asks for. */
public enum WebReason implements Reason {
    MALFORMED_REQUEST("web.malformed_request", ErrorCode.VALIDATION_ERROR, 400),
    MALFORMED_JSON("web.malformed_json", ErrorCode.VALIDATION_ERROR, 400),
    DUPLICATE_FIELD("web.duplicate_field", ErrorCode.VALIDATION_ERROR, 400),
    NESTED_TOO_DEEP("web.nested_too_deep", ErrorCode.VALIDATION_ERROR, 400),
    INVALID_FIELDS("web.invalid_fields", ErrorCode.VALIDATION_ERROR, 400),
    INVALID_CURSOR("web.invalid_cursor", ErrorCode.VALIDATION_ERROR, 400),
    INVALID_IDEMPOTENCY_KEY("web.invalid_idempotency_key", ErrorCode.VALIDATION_ERROR, 400),
    UNKNOWN_PATH("web.unknown_path", ErrorCode.NOT_FOUND, 404),
    METHOD_NOT_ALLOWED("web.method_not_allowed", ErrorCode.VALIDATION_ERROR, 405),
    NOT_ACCEPTABLE("web.not_acceptable", ErrorCode.VALIDATION_ERROR, 406),
    STILL_RUNNING("web.still_running", ErrorCode.VALIDATION_ERROR, 409),
    ANSWER_NOT_KEPT("web.answer_not_kept", ErrorCode.VALIDATION_ERROR, 409),
    BODY_TOO_LARGE("web.body_too_large", ErrorCode.VALIDATION_ERROR, 413),
    UNSUPPORTED_MEDIA_TYPE("web.unsupported_media_type", ErrorCode.VALIDATION_ERROR, 415),
    IDEMPOTENCY_KEY_REUSED("web.idempotency_key_reused", ErrorCode.VALIDATION_ERROR, 422),
    UNSUPPORTED_ENCODING("web.unsupported_encoding", ErrorCode.VALIDATION_ERROR, 415),
    OVERLOADED("web.overloaded", ErrorCode.RATE_LIMIT_EXCEEDED, 429),
    HEADERS_TOO_LARGE("web.headers_too_large", ErrorCode.VALIDATION_ERROR, 431),
    RATE_LIMITED("web.rate_limited", ErrorCode.RATE_LIMIT_EXCEEDED, 429),
    INTERNAL("web.internal", ErrorCode.INTERNAL_ERROR, 500),
    UNAVAILABLE("web.unavailable", ErrorCode.TIMEOUT, 503);

    private final String id;
    private final ErrorCode code;
    private final int status;

    WebReason(String id, ErrorCode code, int status) {
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
