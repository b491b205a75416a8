package dev.caravan.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Delivers what is due: takes it from the queue, sends it, stores what came of it. One thread per replica moves rows; the
 * answers come by themselves. An endpoint that failed last gets fewer attempts at a time than one that answers well.
 */
final class Dispatcher implements SmartLifecycle {
    /** Attempts under way in this replica. */
    static final int AT_ONCE = 512;

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int PER_WEBHOOK = 16;
    private static final int PER_FAILING_WEBHOOK = 2;
    private static final int MOST_REMEMBERED = 10_000;
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final DeliveryQueue queue;
    private final Sender sender;
    private final Semaphore news = new Semaphore(0);
    private final Set<Message> underway = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<DeliveryQueue.Ended> ended = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> running = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;
    private volatile boolean on;
    private boolean databaseAway;

    Dispatcher(DeliveryQueue queue, Sender sender) {
        this.queue = queue;
        this.sender = sender;
    }

    /** Looks now rather than at the next tick. */
    void nudge() {
        news.release();
    }

    private void work() {
        while (on) {
            int begun = 0;
            try {
                store();
                begun = begin();
                if (databaseAway) {
                    LOG.info("Webhooks are delivered again");
                    databaseAway = false;
                }
            } catch (RuntimeException e) {
                if (!databaseAway) {
                    LOG.warn("Webhooks wait, the database does not answer as it should: {}", e.getMessage());
                    LOG.debug("Cause", e);
                    databaseAway = true;
                }
                news.drainPermits();
            }
            if (begun == 0) {
                await();
            }
        }
    }

    private void await() {
        try {
            if (news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            on = false;
        }
    }

    private void store() {
        List<DeliveryQueue.Ended> batch = new ArrayList<>();
        for (DeliveryQueue.Ended one = ended.poll(); one != null; one = ended.poll()) {
            batch.add(one);
        }
        if (batch.isEmpty()) {
            return;
        }
        try {
            queue.end(batch);
        } catch (RuntimeException e) {
            ended.addAll(batch);
            throw e;
        }
    }

    private int begin() {
        int room = AT_ONCE - underway.size();
        if (room <= 0) {
            return 0;
        }
        List<Message> begun = queue.begin(lanes(), PER_WEBHOOK, room, LEASE);
        begun.forEach(this::send);
        return begun.size();
    }

    private Map<String, DeliveryQueue.Lane> lanes() {
        Map<String, DeliveryQueue.Lane> lanes = new HashMap<>();
        failing.forEach(webhook -> lanes.put(webhook, new DeliveryQueue.Lane(0, PER_FAILING_WEBHOOK)));
        running.forEach((webhook, count) -> {
            int most = failing.contains(webhook) ? PER_FAILING_WEBHOOK : PER_WEBHOOK;
            lanes.put(webhook, new DeliveryQueue.Lane(count, Math.max(0, most - count)));
        });
        return lanes;
    }

    private void send(Message message) {
        underway.add(message);
        running.merge(message.webhook(), 1, Integer::sum);
        sender.send(message).thenAccept(outcome -> end(message, outcome));
    }

    private void end(Message message, Outcome outcome) {
        if (!underway.remove(message)) {
            return;
        }
        running.computeIfPresent(message.webhook(), (webhook, count) -> count == 1 ? null : count - 1);
        if (outcome.delivered()) {
            failing.remove(message.webhook());
        } else {
            if (failing.size() >= MOST_REMEMBERED) {
                failing.clear();
            }
            failing.add(message.webhook());
            LOG.debug("{} to {}: {}", message.id(), message.url(), outcome.error());
        }
        Duration pause = outcome.delivered() || outcome.gone()
                ? null
                : RetrySchedule.after(message.attemptInRound()).orElse(null);
        ended.add(new DeliveryQueue.Ended(message, outcome, pause));
        news.release();
    }

    @Override
    public synchronized void start() {
        on = true;
        Thread worker = new Thread(this::work, "webhooks");
        worker.setDaemon(true);
        worker.start();
        thread = worker;
    }

    /** Waits briefly for answers, then lets go of the rest, so that the next process takes it up at once. */
    @Override
    public synchronized void stop() {
        on = false;
        news.release();
        try {
            if (thread != null) {
                thread.join();
            }
            long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
            while (!underway.isEmpty() && System.nanoTime() - deadline < 0) {
                news.tryAcquire(50, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Message> cutOff = new ArrayList<>(underway);
        underway.clear();
        try {
            store();
            if (!cutOff.isEmpty()) {
                queue.release(cutOff);
            }
        } catch (RuntimeException e) {
            LOG.warn("The last webhook deliveries were not stored and will be sent again: {}", e.getMessage());
        }
        running.clear();
    }

    @Override
    public boolean isRunning() {
        return on;
    }
}
