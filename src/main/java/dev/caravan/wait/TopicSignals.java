package dev.caravan.wait;

import dev.caravan.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Signals that come from a topic. Each has its effect once, however often it is read: how far the topic has been taken is
 * stored in the transaction of the effect.
 */
@Repository
public final class TopicSignals {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSignals.class);

    /** Shorter than the database takes to look for a circle of those who wait for each other. */
    private static final int PATIENCE_MS = 100;

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
     * @param trace the {@code traceparent} of the message; null when it has none
     */
    public record Signal(
            String key,
            String payload,
            int keepSecs,
            @Nullable String trace) {}

    /** A message of the topic. */
    public sealed interface Message {
        long offset();

        /** It tells of an event. */
        record Telling(long offset, Signal signal) implements Message {}

        /** It does not. */
        record Other(long offset, Problem why) implements Message {}
    }

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
        return at(origin, """
                        SELECT next_offset FROM signal_position
                        WHERE pipeline = :pipeline AND topic = :topic AND topic_id = :id AND partition = :partition""")
                .query(Long.class)
                .optional()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /**
     * Gives the signals of messages to their waits, or keeps them: all in one transaction, or else in one for each.
     *
     * @param messages with rising offsets
     * @return what they came to, in the same order
     */
    public List<Outcome> take(Origin origin, List<Message> messages) {
        if (messages.size() > 1) {
            try {
                return together(origin, messages);
            } catch (DataAccessException | Problem inTheWay) {
                // one that has to wait for somebody else does so without holding the others' rows
                LOG.debug("Signals of {} are taken one by one", origin, inTheWay);
            }
        }
        return messages.stream()
                .flatMap(message -> together(origin, List.of(message)).stream())
                .toList();
    }

    private List<Outcome> together(Origin origin, List<Message> messages) {
        return Objects.requireNonNull(transaction.execute(status -> {
            long next = lock(origin, messages.get(0).offset());
            if (messages.size() > 1) {
                jdbc.sql("SET LOCAL lock_timeout = '" + PATIENCE_MS + "ms'").update();
            }
            List<Outcome> outcomes = effects(
                    origin,
                    messages.stream()
                            .filter(message -> message.offset() >= next)
                            .toList());
            long known = messages.size() - outcomes.size();
            return Stream.concat(Stream.generate(Outcome.Known::new).limit(known), outcomes.stream())
                    .toList();
        }));
    }

    private List<Outcome> effects(Origin origin, List<Message> messages) {
        if (messages.isEmpty()) {
            return List.of();
        }
        Map<Message, Sending> sendings = new LinkedHashMap<>();
        for (Message message : messages) {
            if (message instanceof Message.Telling telling) {
                sendings.put(message, sending(origin, telling.signal()));
            }
        }
        // what goes through here at once is most of it; the rest has no wait, or is told why it is refused
        boolean several = messages.size() > 1;
        Set<Sending> received = several ? waits.send(List.copyOf(sendings.values())) : Set.of();
        List<Outcome> outcomes = messages.stream()
                .map(message -> outcome(message, sendings.get(message), several, received))
                .toList();
        moveTo(origin, messages.get(messages.size() - 1).offset() + 1);
        return outcomes;
    }

    private static Sending sending(Origin origin, Signal signal) {
        return new Sending(origin.project(), signal.key(), signal.payload(), origin.pipeline(), signal.trace());
    }

    private Outcome outcome(Message message, @Nullable Sending sending, boolean several, Set<Sending> received) {
        if (sending == null || !(message instanceof Message.Telling telling)) {
            return new Outcome.Refused(((Message.Other) message).why());
        }
        try {
            if (!received.contains(sending)) {
                waits.send(sending, telling.signal().keepSecs(), several);
            }
            return new Outcome.Taken();
        } catch (Problem refused) {
            if (refused.reason() == WaitReason.CONTENDED) {
                throw refused;
            }
            return new Outcome.Refused(refused);
        }
    }

    /** Locks the position until the end of the transaction, so that of two readers the second sees what the first did. */
    private long lock(Origin origin, long first) {
        return at(origin, """
                        INSERT INTO signal_position AS p (pipeline, topic, topic_id, partition, next_offset)
                        VALUES (:pipeline, :topic, :id, :partition, :first)
                        ON CONFLICT (pipeline, topic, topic_id, partition) DO UPDATE SET next_offset = p.next_offset
                        RETURNING next_offset""").param("first", first).query(Long.class).single();
    }

    private void moveTo(Origin origin, long next) {
        at(origin, """
                        UPDATE signal_position SET next_offset = :next
                        WHERE pipeline = :pipeline AND topic = :topic AND topic_id = :id AND partition = :partition""").param("next", next).update();
    }

    private JdbcClient.StatementSpec at(Origin origin, String sql) {
        return jdbc.sql(sql)
                .param("pipeline", origin.pipeline())
                .param("topic", origin.topic())
                .param("id", origin.topicId())
                .param("partition", origin.partition());
    }

    /** The pipeline is gone. */
    public void forget(String pipeline) {
        jdbc.sql("DELETE FROM signal_position WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }
}
