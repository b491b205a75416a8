package dev.caravan.wait;

import dev.caravan.problem.Problem;
import java.util.Objects;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Signals that come from a topic. Each has its effect once, however often it is read: how far the topic has been taken is
 * stored in the transaction of the effect.
 */
@Repository
public final class TopicSignals {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Waits waits;

    TopicSignals(JdbcClient jdbc, TransactionTemplate transaction, Waits waits) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.waits = waits;
    }

    /**
     * A partition of a topic, as one pipeline takes it.
     *
     * @param topicId Kafka's, which tells a new topic from an old one of the same name
     */
    public record Origin(String pipeline, String project, String topic, String topicId, int partition) {}

    /**
     * An event that a message tells of.
     *
     * @param payload a JSON text
     * @param keepSecs how long it may be kept when nobody waits for it yet; 0 to let it go then
     */
    public record Signal(String key, String payload, int keepSecs) {}

    /** What a signal came to. */
    public sealed interface Outcome {
        /** A wait has it, or will have it. */
        record Taken() implements Outcome {}

        /** It was taken before. */
        record Known() implements Outcome {}

        /** No wait can have it. */
        record Refused(Problem why) implements Outcome {}
    }

    /** The offset of the next message; empty when none has been taken. */
    public OptionalLong position(Origin origin) {
        return jdbc.sql("""
                        SELECT next_offset FROM signal_position
                        WHERE pipeline = :pipeline AND topic = :topic AND topic_id = :id AND partition = :partition""")
                .param("pipeline", origin.pipeline())
                .param("topic", origin.topic())
                .param("id", origin.topicId())
                .param("partition", origin.partition())
                .query(Long.class)
                .optional()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /** Gives the signal of a message to its wait, or keeps it. */
    public Outcome take(Origin origin, long offset, Signal signal) {
        return inTransaction(origin, offset, () -> {
            try {
                waits.send(origin.project(), signal.key(), signal.payload(), signal.keepSecs(), origin.pipeline());
                return new Outcome.Taken();
            } catch (Problem refused) {
                if (refused.reason() == WaitReason.CONTENDED) {
                    throw refused;
                }
                return new Outcome.Refused(refused);
            }
        });
    }

    /** Goes past a message that is no signal. */
    public Outcome skip(Origin origin, long offset, Problem why) {
        return inTransaction(origin, offset, () -> new Outcome.Refused(why));
    }

    private Outcome inTransaction(Origin origin, long offset, java.util.function.Supplier<Outcome> effect) {
        return Objects.requireNonNull(
                transaction.execute(status -> moveTo(origin, offset) ? effect.get() : new Outcome.Known()));
    }

    /** Locks the position until the end of the transaction, so that of two readers the second sees what the first did. */
    private boolean moveTo(Origin origin, long offset) {
        return jdbc.sql("""
                        INSERT INTO signal_position AS p (pipeline, topic, topic_id, partition, next_offset)
                        VALUES (:pipeline, :topic, :id, :partition, :next)
                        ON CONFLICT (pipeline, topic, topic_id, partition) DO UPDATE SET next_offset = excluded.next_offset
                        WHERE p.next_offset < excluded.next_offset""")
                        .param("pipeline", origin.pipeline())
                        .param("topic", origin.topic())
                        .param("id", origin.topicId())
                        .param("partition", origin.partition())
                        .param("next", offset + 1)
                        .update()
                == 1;
    }

    /** The pipeline is gone. */
    public void forget(String pipeline) {
        jdbc.sql("DELETE FROM signal_position WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }
}
