package dev.caravan.operation;

import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineChanged;
import dev.caravan.pipeline.PipelineDeleted;
import dev.caravan.pipeline.PipelineProvisioned;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.problem.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * The pipelines that events are sent to, remembered for a moment: asking the database for each call would cost more than
 * sending. A change on another replica is seen after twice {@link #REMEMBERED} at most, one on this replica at once.
 */
class IngestTargets {
    static final Duration REMEMBERED = Duration.ofSeconds(1);

    private static final int MOST = 10_000;

    private final Pipelines pipelines;
    private final Map<Name, Target> known = new ConcurrentHashMap<>();

    IngestTargets(Pipelines pipelines) {
        this.pipelines = pipelines;
    }

    private record Name(String project, String idOrName) {}

    /**
     * @param until by {@link System#nanoTime}
     * @param asked whether somebody asks for the next one
     */
    record Target(Pipeline pipeline, EventCheck check, long until, AtomicBoolean asked) {
        boolean isFresh() {
            return System.nanoTime() - until < 0;
        }

        /** One asks; the others go by this one meanwhile, but not for long. */
        boolean isBearable() {
            return System.nanoTime() - until < REMEMBERED.toNanos() && !asked.compareAndSet(false, true);
        }
    }

    /** @throws Problem {@code pipeline.not_found} */
    Target find(String project, String idOrName) {
        Name name = new Name(project, idOrName);
        Target target = known.get(name);
        if (target != null && (target.isFresh() || target.isBearable())) {
            return target;
        }
        Target found = ask(name);
        if (known.size() < MOST) {
            known.put(name, found);
        } else {
            known.clear();
        }
        return found;
    }

    private Target ask(Name name) {
        try {
            Pipeline pipeline = pipelines.get(name.project, name.idOrName);
            long until = System.nanoTime() + REMEMBERED.toNanos();
            return new Target(pipeline, new EventCheck(pipeline.spec().schema()), until, new AtomicBoolean());
        } catch (RuntimeException e) {
            known.remove(name);
            throw e;
        }
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void changed(PipelineChanged news) {
        forget(news.pipeline());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void provisioned(PipelineProvisioned news) {
        forget(news.pipeline());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void deleted(PipelineDeleted news) {
        forget(news.pipeline());
    }

    private void forget(Pipeline pipeline) {
        known.values().removeIf(target -> target.pipeline.id().equals(pipeline.id()));
    }
}
