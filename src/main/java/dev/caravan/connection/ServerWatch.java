package dev.caravan.connection;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.SmartLifecycle;

/**
 * Asks the external servers again and again, says in one sentence when one is away or back, and keeps the process out of
 * service until each has answered once. Later outages are for the pipelines to show: the API can still serve.
 */
final class ServerWatch implements HealthIndicator, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ServerWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(15);

    private final Map<String, Probe> probes;
    private final Map<String, State> states = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor;
    private volatile boolean running;

    private enum State {
        NOT_REACHED_YET,
        UP,
        AWAY
    }

    /** @param probes by what to call the server: {@code Kafka at host:port} */
    ServerWatch(Map<String, Probe> probes) {
        this.probes = probes;
        probes.keySet().forEach(name -> states.put(name, State.NOT_REACHED_YET));
        this.executor = Executors.newScheduledThreadPool(Math.max(1, probes.size()), work -> {
            Thread thread = new Thread(work, "server-watch");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void start() {
        running = true;
        probes.forEach((name, probe) -> executor.execute(() -> ask(name, probe, new Backoff())));
    }

    private void ask(String name, Probe probe, Backoff backoff) {
        Duration pause = PERIOD;
        try {
            probe.ask();
            State before = states.put(name, State.UP);
            if (before == State.AWAY) {
                log.info("{} answers again.", name);
            }
            backoff.reset();
        } catch (Exception e) {
            pause = backoff.next();
            states.compute(name, (n, before) -> before == State.NOT_REACHED_YET ? before : State.AWAY);
            log.warn("{} cannot be reached ({}); next try in {} s.", name, Probe.reason(e), pause.toSeconds());
        }
        if (running) {
            var unused = executor.schedule(() -> ask(name, probe, backoff), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public Health health() {
        boolean allReached = !states.containsValue(State.NOT_REACHED_YET);
        return (allReached ? Health.up() : Health.outOfService())
                .withDetails(Map.copyOf(states))
                .build();
    }

    @Override
    public void stop() {
        running = false;
        executor.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
