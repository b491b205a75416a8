package dev.caravan.trigger;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why a trigger does not do what was asked. */
enum TriggerReason implements Reason {
    /** The documented API answers this with 500, though it is the client's fault; the code says that it is no fault of ours. */
    NO_EVENT_OPTION("trigger.no_event_option", ErrorCode.INTERNAL_ERROR) {
        @Override
        public String problemCode() {
            return id();
        }
    },
    UNAVAILABLE("trigger.unavailable", ErrorCode.TIMEOUT);

    private final String id;
    private final ErrorCode code;

    TriggerReason(String id, ErrorCode code) {
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
