package dev.caravan.lifecycle;

import dev.caravan.batch.OffsetRange;
import dev.caravan.delivery.BatchCommitted;
import dev.caravan.delivery.StoredObject;
import dev.caravan.log.LogLevel;
import dev.caravan.log.PipelineLog;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** Writes what is committed, and what became dead letters, into the pipeline's log. */
final class DeliveryNews {
    private static final int KEYS = 10;

    private final PipelineLog log;

    DeliveryNews(PipelineLog log) {
        this.log = log;
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void committed(BatchCommitted news) {
        OffsetRange range = news.claim().range();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("claim", news.claim().id().toString());
        fields.put("version", news.claim().version());
        fields.put("topic", range.topic());
        fields.put("partition", range.partition());
        fields.put("first_offset", range.first());
        fields.put("last_offset", range.last());
        fields.put("messages", news.counts().in());
        fields.put("rows", news.counts().written());
        fields.put("dead", news.counts().dead());
        fields.put("target", news.target());
        fields.put(
                "objects",
                news.objects().stream().limit(KEYS).map(StoredObject::key).toList());
        String pipeline = news.claim().pipeline();
        log.write(
                pipeline,
                LogLevel.INFO,
                "wrote " + news.counts().written() + " rows of " + range + " to " + news.target() + " in "
                        + news.objects().size() + (news.objects().size() == 1 ? " file" : " files"),
                fields);
        if (news.counts().dead() > 0) {
            log.write(
                    pipeline,
                    LogLevel.WARN,
                    news.counts().dead() + " of " + news.counts().in() + " messages of " + range + " are dead letters",
                    fields);
        }
    }
}
