package dev.caravan.lifecycle;

import dev.caravan.pipeline.PipelineChanged;
import dev.caravan.pipeline.PipelineCreated;
import dev.caravan.pipeline.PipelineProvisioned;
import dev.caravan.pipeline.PipelineUnprovisioned;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** What becomes of a pipeline's wish when its document comes, changes or goes; stored in the same transaction. */
final class PipelineNews {
    private final LifecycleStore store;
    private final Reconciler reconciler;

    PipelineNews(LifecycleStore store, Reconciler reconciler) {
        this.store = store;
        this.reconciler = reconciler;
    }

    @EventListener
    void created(PipelineCreated news) {
        store.want(news.pipeline().id(), DesiredStatus.STOPPED, null, null);
    }

    @EventListener
    void provisioned(PipelineProvisioned news) {
        if (news.fresh()) {
            store.want(news.pipeline().id(), DesiredStatus.RUNNING, null, null);
        }
    }

    @EventListener
    void unprovisioned(PipelineUnprovisioned news) {
        store.want(news.pipeline().id(), DesiredStatus.STOPPED, null, null);
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void changed(PipelineChanged news) {
        reconciler.nudge();
    }
}
