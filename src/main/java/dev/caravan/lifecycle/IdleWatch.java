package dev.caravan.lifecycle;

import dev.caravan.background.Rounds;
import dev.caravan.delivery.Ledger;
import dev.caravan.route.Topics;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Scales pipelines to zero and back. One request each 750 ms asks the broker for the ends of all topics that count, those of
 * idle pipelines and those of running ones. A pipeline whose topic has not grown for long enough, and whose messages are
 * all committed, is drained and closed; it is started again when the topic is longer than when it was found quiet. So a
 * message that comes at the edge, after the look and before the close, wakes it.
 */
final class IdleWatch implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(IdleWatch.class);
    private static final Duration PERIOD = Duration.ofMillis(750);
    private static final Duration TOPICS_KNOWN_FOR = Duration.ofSeconds(30);

    private final Replica replica;
    private final Ledger ledger;
    private final Topics topics;
    private final UnaryOperator<Set<String>> due;
    private final Runnable nudge;
    private final QuietTopics quiet = new QuietTopics();
    private Map<String, Integer> partitions = Map.of();
    private long partitionsAsked = System.nanoTime() - TOPICS_KNOWN_FOR.toNanos();
    private final Rounds rounds = Rounds.of("idle-watch").every(PERIOD, this::look);

    /**
     * @param due those of the pipelines that have rows to go on after a wait
     * @param nudge makes the reconciler look at once
     */
    IdleWatch(Replica replica, Ledger ledger, Topics topics, UnaryOperator<Set<String>> due, Runnable nudge) {
        this.replica = replica;
        this.ledger = ledger;
        this.topics = topics;
        this.due = due;
        this.nudge = nudge;
    }

    private void look() {
        List<LocalPipeline> watched = replica.locals().stream()
                .filter(local -> !local.idleAfter().isZero())
                .toList();
        quiet.keepOnly(watched.stream().map(LocalPipeline::pipeline).toList());
        if (watched.isEmpty()) {
            return;
        }
        goOn(watched);
        try {
            Map<String, long[]> ends =
                    topics.ends(known(watched.stream().map(LocalPipeline::topic).toList()));
            for (LocalPipeline local : watched) {
                long[] now = ends.get(local.topic());
                if (now != null) {
                    local.brokerFine();
                    look(local, now);
                }
            }
        } catch (RuntimeException e) {
            LOG.debug("Kafka does not say where its topics end", e);
            watched.stream()
                    .filter(LocalPipeline::idle)
                    .forEach(local -> local.brokerAway("Kafka cannot be reached: " + e.getMessage()));
        }
    }

    /** An event that a row waited for wakes its pipeline as a message does. */
    private void goOn(List<LocalPipeline> watched) {
        Map<String, LocalPipeline> sleeping = watched.stream()
                .filter(LocalPipeline::idle)
                .collect(Collectors.toMap(LocalPipeline::pipeline, Function.identity()));
        if (sleeping.isEmpty()) {
            return;
        }
        try {
            for (String pipeline : due.apply(sleeping.keySet())) {
                LocalPipeline local = sleeping.get(pipeline);
                if (local != null && local.wake()) {
                    // quiet from now on, so that it has the time to go on
                    quiet.quietFrom(pipeline, System.nanoTime());
                    LOG.info("{} wakes: rows of it go on after a wait", local.name());
                    nudge.run();
                }
            }
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("PostgreSQL does not say what goes on", e);
        }
    }

    private Map<String, Integer> known(Collection<String> wanted) {
        long now = System.nanoTime();
        if (now - partitionsAsked >= TOPICS_KNOWN_FOR.toNanos()
                || !partitions.keySet().containsAll(wanted)) {
            partitions = topics.partitions(wanted);
            partitionsAsked = now;
        }
        return partitions;
    }

    private void look(LocalPipeline local, long[] ends) {
        switch (quiet.look(local.pipeline(), local.local(), ends, System.nanoTime(), local.idleAfter())) {
            case GROWN -> {
                if (local.wake()) {
                    LOG.info("{} wakes: its topic has messages", local.name());
                    nudge.run();
                }
            }
            case QUIET -> {
                if (local.reads() && settled(local, ends)) {
                    local.nod();
                    nudge.run();
                }
            }
            case NEITHER -> {
                // looked at again soon
            }
        }
    }

    /** Whether all messages up to the ends are committed, by whichever replica. */
    private boolean settled(LocalPipeline local, long[] ends) {
        long[] open = ends.clone();
        ledger.positions(local.pipeline()).stream()
                .filter(at -> at.key().topic().equals(local.topic()) && at.key().partition() < open.length)
                .filter(at -> at.unfinished() == 0 && at.nextOffset().isPresent())
                .forEach(at -> open[at.key().partition()] -= at.nextOffset().getAsLong());
        return Arrays.stream(open).allMatch(left -> left <= 0);
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.stop();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }
}
