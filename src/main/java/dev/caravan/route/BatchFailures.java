package dev.caravan.route;

import dev.caravan.batch.BatchException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Decides what a failed attempt means and tells the listener once. */
final class BatchFailures {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFailures.class);

    private final SourceRuntime runtime;

    /** What becomes of the batch that failed. */
    enum Outcome {
        /** Tried again by itself. */
        RETRIED,
        /** Kept until a person resumes the pipeline. */
        HALTED,
        /** The pipeline stops, so that nobody resumes it: to be let go of. */
        DROPPED,
        /** Belongs to another owner or version now. */
        FENCED
    }

    BatchFailures(SourceRuntime runtime) {
        this.runtime = runtime;
    }

    /** The batch was not committed: plans the next try and says what becomes of it. */
    Outcome handle(PendingBatch pending) {
        Throwable cause = pending.receipt().failure();
        if (cause == null) {
            cause = BatchException.retry("no_sink", "the steps ended without a sink writing " + pending.range(), null);
        }
        return report(cause, pending.failed());
    }

    Outcome report(Throwable cause, Duration nextTry) {
        BatchException failure = classify(cause);
        String pipeline = runtime.pipeline();
        return switch (failure.kind()) {
            case RETRY -> {
                runtime.listener().delayed(pipeline, failure.reason(), failure.detail(), nextTry);
                yield Outcome.RETRIED;
            }
            case PAUSE -> {
                if (runtime.control().halt()) {
                    runtime.listener().halted(pipeline, failure.reason(), failure.detail());
                    yield Outcome.HALTED;
                }
                runtime.listener().dropped(pipeline, failure.reason(), failure.detail());
                yield Outcome.DROPPED;
            }
            case FENCED -> {
                runtime.listener().fenced(pipeline, failure.detail());
                yield Outcome.FENCED;
            }
            case SUPERSEDED -> {
                LOG.debug("{} reads again for its new version: {}", pipeline, failure.detail());
                yield Outcome.FENCED;
            }
        };
    }

    static BatchException classify(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof BatchException known) {
                return known;
            }
            if (at instanceof DataAccessException || at instanceof TransactionException) {
                return BatchException.retry(
                        "database_unavailable", "PostgreSQL did not do it: " + firstLine(at), cause);
            }
            if (at instanceof org.apache.kafka.common.KafkaException) {
                return BatchException.retry("kafka_unavailable", "Kafka did not do it: " + firstLine(at), cause);
            }
        }
        LOG.debug("Unexpected failure of a batch", cause);
        return BatchException.retry(
                "internal_error", cause.getClass().getSimpleName() + ": " + firstLine(cause), cause);
    }

    private static String firstLine(Throwable cause) {
        @Nullable String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    /** Kafka's own offsets are advice for other tools; the next commit makes good for one that failed. */
    static void adviceFailed(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Exception failure) {
        if (failure != null) {
            LOG.debug("Kafka did not take the offsets {}", offsets, failure);
        }
    }
}
