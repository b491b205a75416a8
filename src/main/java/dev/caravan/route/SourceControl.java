package dev.caravan.route;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** What a running source is asked to do, shared by its consumers; each of them looks at it in every poll. */
final class SourceControl {
    /** What the consumers are asked to do. */
    enum Mode {
        /** Read, batch, hand on. */
        READ,
        /** Stay in the group and keep everything as it is; nothing is read or handed on. */
        PAUSE,
        /** Read nothing more; hand on what is open until all of it is committed. */
        DRAIN
    }

    /** The wish and its number, so that a consumer can say which one it has seen. */
    record Wish(Mode mode, int number) {}

    private static final int BUSY = -1;

    private volatile Wish wish = new Wish(Mode.READ, 0);
    private final Map<Object, Integer> idleSince = new ConcurrentHashMap<>();
    private final Map<Object, Held> held = new ConcurrentHashMap<>();
    private volatile Map<TopicPartition, Long> acceptedDead = Map.of();

    Wish wish() {
        return wish;
    }

    synchronized void mode(Mode wanted) {
        wish = new Wish(wanted, wish.number() + 1);
    }

    /**
     * A batch needs a person. While the source drains nobody is waited for: it goes on to its end without that batch.
     *
     * @return false when it drains; then nothing has changed
     */
    synchronized boolean halt() {
        if (wish.mode() == Mode.DRAIN) {
            return false;
        }
        mode(Mode.PAUSE);
        return true;
    }

    /** Dead letters up to and with these offsets are accepted, however many they are. */
    void acceptDead(Map<TopicPartition, Long> upTo) {
        acceptedDead = Map.copyOf(upTo);
    }

    boolean deadAccepted(TopicPartition partition, long last) {
        return acceptedDead.getOrDefault(partition, -1L) >= last;
    }

    /**
     * A consumer says how it fares, after a poll that followed {@code seen}.
     *
     * @param unfinished whether it still has messages that are not committed
     * @param holds what is not committed
     */
    void report(Object consumer, Wish seen, boolean unfinished, Held holds) {
        idleSince.put(consumer, unfinished ? BUSY : seen.number());
        held.put(consumer, holds);
    }

    void gone(Object consumer) {
        idleSince.remove(consumer);
        held.remove(consumer);
    }

    /** What the consumers have in their hands, as each said last. */
    Held held() {
        return held.values().stream().reduce(Held.NOTHING, Held::plus);
    }

    /** Whether every consumer has seen the wish to drain and has nothing left; true only in {@link Mode#DRAIN}. */
    boolean drained() {
        Wish now = wish;
        return now.mode() == Mode.DRAIN && idleSince.values().stream().allMatch(number -> number == now.number());
    }
}
