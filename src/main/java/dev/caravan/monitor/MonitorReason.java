package dev.caravan.monitor;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a request below {@code /v0} fails; the names are those of its documentation. */
enum MonitorReason implements Reason {
    UNKNOWN_PIPELINE_NAME("monitor.unknown_pipeline_name", ErrorCode.NOT_FOUND),
    UNKNOWN_PIPELINE_MONITOR_EVENT("monitor.unknown_pipeline_monitor_event", ErrorCode.NOT_FOUND),
    NO_PIPELINE_MONITOR_EVENTS_AVAILABLE("monitor.no_pipeline_monitor_events_available", ErrorCode.NOT_FOUND),
    INVALID_UUID_PARAM("monitor.invalid_uuid_param", ErrorCode.VALIDATION_ERROR),
    ILLEGAL_PIPELINE_ACTION("monitor.illegal_pipeline_action", ErrorCode.VALIDATION_ERROR),
    CANNOT_START_WITH_COMPILATION_ERROR("monitor.cannot_start_with_compilation_error", ErrorCode.VALIDATION_ERROR),
    UNSUPPORTED_PIPELINE_ACTION("monitor.unsupported_pipeline_action", ErrorCode.VALIDATION_ERROR, 405),
    TOO_MANY_STREAMS("monitor.too_many_streams", ErrorCode.RATE_LIMIT_EXCEEDED),
    UNAVAILABLE("monitor.unavailable", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;
    private final int status;

    MonitorReason(String id, ErrorCode code) {
        this(id, code, code.status());
    }

    MonitorReason(String id, ErrorCode code, int status) {
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
