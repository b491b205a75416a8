package dev.caravan.webhook;

import dev.caravan.delivery.BatchCommitted;
import dev.caravan.delivery.StoredObject;
import dev.caravan.lifecycle.PipelineMoved;
import dev.caravan.lifecycle.PipelineStatus;
import dev.caravan.operation.EventsIngested;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineChanged;
import dev.caravan.pipeline.PipelineCreated;
import dev.caravan.pipeline.PipelineDeleted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Puts into the outbox what the other packages tell, in the transactions in which they tell it. */
final class WebhookNews {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookNews.class);
    /** A message stays below 20 kB; {@code files} has all objects. */
    private static final int OBJECTS_AT_MOST = 50;

    private final Outbox outbox;
    private final Subscriptions subscriptions;

    WebhookNews(Outbox outbox, Subscriptions subscriptions) {
        this.outbox = outbox;
        this.subscriptions = subscriptions;
    }

    @EventListener
    void created(PipelineCreated news) {
        tell(
                WebhookEvent.CREATED,
                news.pipeline(),
                Map.of("version", news.pipeline().version()));
    }

    @EventListener
    void deleted(PipelineDeleted news) {
        tell(WebhookEvent.DELETED, news.pipeline(), Map.of());
    }

    @EventListener
    void changed(PipelineChanged news) {
        tell(
                WebhookEvent.TRANSFORMED,
                news.pipeline(),
                Map.of("version", news.pipeline().version()));
    }

    @EventListener
    void moved(PipelineMoved news) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("status", news.to().wireName());
        data.put("previous", news.from().wireName());
        if (news.reason() != null) {
            data.put("reason", news.reason());
            data.put("message", String.valueOf(news.message()));
        }
        for (WebhookEvent event : events(news)) {
            outbox.tell(event, news.pipeline(), data);
        }
    }

    /** A pipeline that paused by itself waits for a person: that is a failure, too. */
    private static List<WebhookEvent> events(PipelineMoved news) {
        return switch (news.to()) {
            case RUNNING -> List.of(news.from() == PipelineStatus.PAUSED ? WebhookEvent.RESUMED : WebhookEvent.STARTED);
            case PAUSED ->
                news.reason() == null
                        ? List.of(WebhookEvent.PAUSED)
                        : List.of(WebhookEvent.PAUSED, WebhookEvent.FAILED);
            case STOPPED -> List.of(WebhookEvent.STOPPED);
            case FAILED -> List.of(WebhookEvent.FAILED);
            case STARTING, STOPPING, IDLE -> List.of();
        };
    }

    @EventListener
    void written(BatchCommitted news) {
        if (news.counts().written() == 0) {
            return;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("version", news.claim().version());
        data.put("topic", news.claim().range().topic());
        data.put("partition", news.claim().range().partition());
        data.put("first_offset", news.claim().range().first());
        data.put("last_offset", news.claim().range().last());
        data.put("target", news.target());
        data.put(
                "rows",
                Map.of(
                        "in", news.counts().in(),
                        "out", news.counts().out(),
                        "filtered", news.counts().filtered(),
                        "dead", news.counts().dead(),
                        "written", news.counts().written()));
        data.put("object_count", news.objects().size());
        data.put(
                "objects",
                news.objects().stream()
                        .limit(OBJECTS_AT_MOST)
                        .map(WebhookNews::object)
                        .toList());
        outbox.tell(WebhookEvent.WRITTEN, news.claim().pipeline(), data);
    }

    private static Map<String, Object> object(StoredObject object) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("key", object.key());
        data.put("rows", object.rows());
        data.put("bytes", object.bytes());
        return data;
    }

    /** Kafka has the events already, so a fault here must not turn the answer into an error. */
    @EventListener
    void ingested(EventsIngested news) {
        try {
            if (subscriptions.has(news.pipeline().project(), WebhookEvent.INGESTED)) {
                tell(
                        WebhookEvent.INGESTED,
                        news.pipeline(),
                        Map.of("accepted", news.accepted(), "rejected", news.rejected()));
            }
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Webhooks are not told of {} ingested events: {}", news.accepted(), e.getMessage());
        }
    }

    private void tell(WebhookEvent event, Pipeline pipeline, Map<String, Object> data) {
        outbox.tell(event, pipeline.id(), pipeline.name(), pipeline.project(), data);
    }
}
