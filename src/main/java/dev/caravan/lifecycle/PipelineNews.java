package dev.caravan.lifecycle;

import dev.caravan.delivery.Ledger;
import dev.caravan.log.PipelineLog;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineChanged;
import dev.caravan.pipeline.PipelineCreated;
import dev.caravan.pipeline.PipelineDeleted;
import dev.caravan.pipeline.PipelineProvisioned;
import dev.caravan.pipeline.PipelineUnprovisioned;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** What becomes of a pipeline's wish when its document comes, changes or goes; stored in the same transaction. */
final class PipelineNews {
    private final LifecycleStore store;
    private final Ledger ledger;
    private final Reconciler reconciler;
    private final PipelineLog log;
    private final Transitions transitions;

    PipelineNews(LifecycleStore store, Ledger ledger, Reconciler reconciler, PipelineLog log, Transitions transitions) {
        this.store = store;
        this.ledger = ledger;
        this.reconciler = reconciler;
        this.log = log;
        this.transitions = transitions;
    }

    @EventListener
    void created(PipelineCreated news) {
        want(news.pipeline(), DesiredStatus.STOPPED, "created");
    }

    /** Before others hear of it: they lock what hangs on the pipeline's own row, which this locks. */
    @EventListener
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void provisioned(PipelineProvisioned news) {
        if (news.fresh()) {
            want(news.pipeline(), DesiredStatus.RUNNING, "provisioned");
        }
    }

    @EventListener
    void unprovisioned(PipelineUnprovisioned news) {
        want(news.pipeline(), DesiredStatus.STOPPED, "unprovisioned");
    }

    private void want(Pipeline pipeline, DesiredStatus status, String cause) {
        store.want(pipeline.id(), status, null, null);
        transitions.observe(pipeline.id(), new Cause(cause, null));
    }

    /**
     * In the transaction that stores the version: from its end on nothing is claimed by the one before. A pipeline that
     * was started at a certain version keeps to that.
     */
    @EventListener
    void switched(PipelineChanged news) {
        String pipeline = news.pipeline().id();
        if (store.find(pipeline).filter(wish -> wish.run().pinned()).isEmpty()) {
            ledger.switchTo(pipeline, news.pipeline().version());
        }
    }

    @EventListener
    void deleted(PipelineDeleted news) {
        log.forget(news.pipeline().id());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void changed(PipelineChanged news) {
        reconciler.nudge();
    }
}
