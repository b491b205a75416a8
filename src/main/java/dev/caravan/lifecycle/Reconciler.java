package dev.caravan.lifecycle;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

/**
 * Compares what is wanted with what this replica runs, every half second and whenever somebody asks for it, and takes
 * each pipeline one step. Every replica has one; none leads.
 */
final class Reconciler implements SmartLifecycle, ApplicationListener<ApplicationStartedEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final long PERIOD_MILLIS = 500;

    private final Replica replica;
    private final LifecycleStore store;
    private final Transitions transitions;
    private final String name;
    private final Set<String> working = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean databaseAway = new AtomicBoolean();
    private ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(0);
    private ExecutorService workers = Executors.newCachedThreadPool();
    private Map<String, Desired> desired = Map.of();
    private String seen = "";
    private volatile boolean running;

    Reconciler(Replica replica, LifecycleStore store, Transitions transitions, String name) {
        this.replica = replica;
        this.store = store;
        this.transitions = transitions;
        this.name = name;
    }

    /** Looks now rather than at the next tick. */
    void nudge() {
        if (running) {
            clockwork.execute(this::tick);
        }
    }

    private synchronized void tick() {
        try {
            String fingerprint = store.fingerprint(Transitions.ALIVE_SECONDS);
            boolean news = !fingerprint.equals(seen);
            if (news) {
                desired = store.all().stream().collect(Collectors.toMap(Desired::pipeline, Function.identity()));
            }
            Set<String> pipelines = new LinkedHashSet<>(desired.keySet());
            pipelines.addAll(replica.names());
            for (String pipeline : pipelines) {
                Optional<Desired> wish = Optional.ofNullable(desired.get(pipeline));
                if (!replica.rests(pipeline, wish)) {
                    step(pipeline, wish);
                }
            }
            List<LifecycleStore.Local> locals = replica.report().stream()
                    .sorted(Comparator.comparing(LifecycleStore.Local::pipeline))
                    .toList();
            store.report(name, locals);
            boolean told = !news || transitions.tell(desired);
            seen = told ? fingerprint : "";
            if (databaseAway.getAndSet(false)) {
                LOG.info("PostgreSQL answers again");
            }
        } catch (RuntimeException e) {
            if (!databaseAway.getAndSet(true)) {
                LOG.warn("PostgreSQL does not answer, pipelines go on as they are: {}", e.getMessage());
            }
        }
    }

    /** Steps may take seconds (a start, a stop), so each has a thread, and a pipeline one at a time. */
    private void step(String pipeline, Optional<Desired> desired) {
        if (working.add(pipeline)) {
            workers.execute(() -> {
                try {
                    replica.step(pipeline, desired);
                } catch (RuntimeException e) {
                    LOG.warn("{} could not be moved to what is wanted, tried again: {}", pipeline, e.getMessage());
                    LOG.debug("Cause", e);
                } finally {
                    working.remove(pipeline);
                }
            });
        }
    }

    /** Camel loads its own routes when the context is refreshed: pipelines come after, two at once break its registry. */
    @Override
    public void onApplicationEvent(ApplicationStartedEvent started) {
        start();
    }

    @Override
    public boolean isAutoStartup() {
        return false;
    }

    @Override
    public synchronized void start() {
        clockwork = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "reconciler"));
        workers = Executors.newCachedThreadPool(task -> daemon(task, "reconciler-step"));
        running = true;
        var unused = clockwork.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void stop() {
        running = false;
        clockwork.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(20, TimeUnit.SECONDS)) {
                LOG.warn("A pipeline was still being moved when the program ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        replica.closeAll();
        try {
            store.report(name, List.of());
        } catch (RuntimeException e) {
            LOG.warn("The last report of this replica was not stored: {}", e.getMessage());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After Camel has started, before it stops. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 100;
    }
}
