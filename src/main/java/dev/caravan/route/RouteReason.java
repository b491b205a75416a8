package dev.caravan.route;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a pipeline does not become routes. */
enum RouteReason implements Reason {
    NOT_COMPILED("route.not_compiled", ErrorCode.VALIDATION_ERROR),
    BUSY("route.busy", ErrorCode.TIMEOUT),
    NO_SIGNAL("route.no_signal", ErrorCode.VALIDATION_ERROR);

    private final String id;
    private final ErrorCode code;

    RouteReason(String id, ErrorCode code) {
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
