package dev.caravan.trace;

/**
 * Names of attributes: those of the semantic conventions of OpenTelemetry (1.43), of which the ones for messaging are not
 * stable yet, and our own.
 */
public final class SpanAttributes {
    public static final String MESSAGING_SYSTEM = "messaging.system";
    public static final String MESSAGING_OPERATION_NAME = "messaging.operation.name";
    public static final String MESSAGING_OPERATION_TYPE = "messaging.operation.type";
    public static final String MESSAGING_DESTINATION = "messaging.destination.name";
    public static final String MESSAGING_PARTITION = "messaging.destination.partition.id";
    public static final String MESSAGING_BATCH_SIZE = "messaging.batch.message_count";
    public static final String HTTP_METHOD = "http.request.method";
    public static final String HTTP_ROUTE = "http.route";
    public static final String HTTP_STATUS = "http.response.status_code";
    public static final String URL_PATH = "url.path";
    public static final String URL_SCHEME = "url.scheme";
    public static final String SERVER_ADDRESS = "server.address";
    public static final String SERVER_PORT = "server.port";
    public static final String ERROR_TYPE = "error.type";

    public static final String PIPELINE = "caravan.pipeline";
    public static final String VERSION = "caravan.version";
    public static final String GENERATION = "caravan.generation";
    public static final String FIRST_OFFSET = "caravan.first_offset";
    public static final String LAST_OFFSET = "caravan.last_offset";
    public static final String REQUEST_ID = "caravan.request_id";
    public static final String WEBHOOK = "caravan.webhook";
    public static final String WEBHOOK_EVENT = "caravan.webhook.event";
    public static final String WEBHOOK_MESSAGE = "caravan.webhook.message";
    public static final String WEBHOOK_ATTEMPT = "caravan.webhook.attempt";

    private SpanAttributes() {}
}
