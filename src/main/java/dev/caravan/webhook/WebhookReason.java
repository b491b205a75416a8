package dev.caravan.webhook;

import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;

/** Why something about a webhook is refused. */
enum WebhookReason implements Reason {
    NOT_FOUND("webhook.not_found", ErrorCode.NOT_FOUND),
    DELIVERY_NOT_FOUND("webhook.delivery_not_found", ErrorCode.NOT_FOUND),
    TOO_MANY("webhook.too_many", ErrorCode.VALIDATION_ERROR),
    DISABLED("webhook.disabled", ErrorCode.VALIDATION_ERROR);

    private final String id;
    private final ErrorCode code;

    WebhookReason(String id, ErrorCode code) {
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
