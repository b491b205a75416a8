package dev.caravan.route;

import dev.caravan.delivery.BatchCommitted;
import dev.caravan.pipeline.PipelineDeleted;
import dev.caravan.wait.Resumptions;
import dev.caravan.wait.TopicSignals;
import org.springframework.context.event.EventListener;

/** Keeps the waits of pipelines in step with the ledger and the pipelines, each in the transaction of the change. */
final class WaitNews {
    private final Resumptions resumptions;
    private final TopicSignals signals;

    WaitNews(Resumptions resumptions, TopicSignals signals) {
        this.resumptions = resumptions;
        this.signals = signals;
    }

    @EventListener
    void committed(BatchCommitted news) {
        resumptions.done(news.claim().id());
    }

    @EventListener
    void deleted(PipelineDeleted news) {
        resumptions.forget(news.pipeline().id());
        signals.forget(news.pipeline().id());
    }
}
