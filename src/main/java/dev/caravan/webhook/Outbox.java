package dev.caravan.webhook;

import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.TraceContext;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Where news waits for its delivery. One statement finds who wants to hear it and stores it, in the transaction that the
 * caller is in: it is there if the change is, and costs one look at an index if nobody wants to hear it.
 */
final class Outbox {
    private static final String STORE = """
            INSERT INTO webhook_delivery (webhook, event, data, traceparent)
            SELECT w.id, :event,
                '{"pipeline":{"id":' || to_json(p.id) || ',"name":' || to_json(p.name) || '}' || cast(:rest AS text),
                cast(:trace AS text)
            FROM %s JOIN webhook w ON w.project = p.project
            WHERE :event = ANY (w.events) AND w.disabled_at IS NULL""";
    private static final String STORED_PIPELINE =
            STORE.formatted("(SELECT id, name, project FROM pipeline WHERE id = :id) p");
    private static final String GIVEN_PIPELINE = STORE.formatted(
            "(VALUES (cast(:id AS text), cast(:name AS text), cast(:project AS text))) p (id, name, project)");

    private final JdbcClient jdbc;
    private final Runnable stored;

    /** @param stored is called after the transaction, when there is something to deliver */
    Outbox(JdbcClient jdbc, Runnable stored) {
        this.jdbc = jdbc;
        this.stored = stored;
    }

    /** @param data what the subscribers get beside the pipeline's id and name */
    void tell(WebhookEvent event, String pipeline, Map<String, Object> data) {
        int rows = jdbc.sql(STORED_PIPELINE)
                .param("event", event.wireName())
                .param("rest", rest(data))
                .param("trace", cause())
                .param("id", pipeline)
                .update();
        storedSome(rows);
    }

    /** Of a pipeline that need not be stored, or no longer is. */
    void tell(WebhookEvent event, String pipeline, String name, String project, Map<String, Object> data) {
        int rows = jdbc.sql(GIVEN_PIPELINE)
                .param("event", event.wireName())
                .param("rest", rest(data))
                .param("trace", cause())
                .param("id", pipeline)
                .param("name", name)
                .param("project", project)
                .update();
        storedSome(rows);
    }

    /** The request or the batch in which it has happened. */
    private static @Nullable String cause() {
        TraceContext trace = CurrentTrace.get();
        return trace == null ? null : trace.traceparent();
    }

    /** The object's text without its opening brace. */
    private static String rest(Map<String, Object> data) {
        String json = new String(StrictJson.bytes(data), StandardCharsets.UTF_8);
        return data.isEmpty() ? "}" : "," + json.substring(1);
    }

    private void storedSome(int rows) {
        if (rows == 0) {
            return;
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    stored.run();
                }
            });
        } else {
            stored.run();
        }
    }
}
