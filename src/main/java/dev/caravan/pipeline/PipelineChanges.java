package dev.caravan.pipeline;

import java.security.SecureRandom;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionOperations;

/** Stores changes, each in one transaction with the events that tell of it. */
final class PipelineChanges {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 16;

    private final PipelineStore store;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;

    PipelineChanges(PipelineStore store, ApplicationEventPublisher events, TransactionOperations transactions) {
        this.store = store;
        this.events = events;
        this.transactions = transactions;
    }

    /** {@code pl_} and 80 random bits. */
    static String newId() {
        StringBuilder id = new StringBuilder("pl_");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return id.toString();
    }

    /** @return false when the name is taken */
    boolean insert(Pipeline pipeline) {
        return inTransaction(() -> {
            boolean inserted = store.insert(pipeline);
            if (inserted) {
                events.publishEvent(new PipelineCreated(pipeline));
                if (pipeline.provisioned()) {
                    events.publishEvent(new PipelineProvisioned(pipeline, true));
                }
            }
            return inserted;
        });
    }

    /** @return false when somebody else stored that version first */
    boolean addVersion(Pipeline next) {
        return inTransaction(() -> {
            boolean added = store.addVersion(next);
            if (added) {
                events.publishEvent(new PipelineChanged(next));
            }
            return added;
        });
    }

    /**
     * Stores that a pipeline comes from a file, with what the file says now.
     *
     * @param before the pipeline as it is stored
     * @param now with a version of its own when the file says something else
     * @return false when somebody else stored that version first
     */
    boolean provision(Pipeline before, Pipeline now) {
        return inTransaction(() -> {
            boolean changed = now.version() != before.version();
            if (changed && !addVersion(now)) {
                return false;
            }
            if (!before.provisioned() || !Objects.equals(before.source(), now.source())) {
                store.setOrigin(now.id(), true, now.source());
            }
            events.publishEvent(new PipelineProvisioned(now, !before.provisioned()));
            return true;
        });
    }

    /** Stores that the file of a pipeline is gone. */
    void unprovision(Pipeline pipeline) {
        inTransaction(() -> {
            store.setOrigin(pipeline.id(), false, pipeline.source());
            store.find(pipeline.id()).ifPresent(now -> events.publishEvent(new PipelineUnprovisioned(now)));
            return true;
        });
    }

    void delete(Pipeline pipeline) {
        inTransaction(() -> {
            store.delete(pipeline.id());
            events.publishEvent(new PipelineDeleted(pipeline));
            return true;
        });
    }

    /** Tells something that is no change of what is stored. */
    void tell(Object news) {
        events.publishEvent(news);
    }

    private boolean inTransaction(BooleanSupplier work) {
        Boolean done = transactions.execute(status -> work.getAsBoolean());
        return Boolean.TRUE.equals(done);
    }
}
