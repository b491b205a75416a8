package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three replicas share a topic of twelve partitions, and every few seconds one joins, leaves, is killed or stands still.
 * {@code -Dseconds=120} is how long, {@code -Dseed=N} repeats the order of events.
 */
class ScaleOutIT {
    private static final int REPLICAS = 3;
    private static final int PARTITIONS = 12;
    private static final int MESSAGES_PER_SECOND = 2_000;
    private static final long CALM_SECONDS = 6;
    private static final double LEAST_OF_CALM = 0.3;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final List<Slot> slots = new ArrayList<>();
    private final TreeSet<Integer> free = new TreeSet<>();
    private int started;
    private int fenced;
    private Scene scene;

    private record Slot(int number, CaravanProcess child) {}

    @BeforeEach
    void open() throws Exception {
        scene = new Scene(
                "scale-out", PARTITIONS, Surroundings.start(), UnaryOperator.identity(), Scene.shortSessions());
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    @Test
    void everyMessageIsDeliveredOnceWhileReplicasComeAndGo() throws Exception {
        int seconds = Integer.getInteger("seconds", 25);
        long seed = Long.getLong("seed", System.nanoTime() & 0xFFFFFF);
        Random random = new Random(seed);
        scene.launcher().warmUp();
        for (int i = 0; i < REPLICAS; i++) {
            free.add(i);
            join();
        }
        slots.forEach(slot -> slot.child().awaitReady(PATIENCE));
        scene.feed().start(MESSAGES_PER_SECOND);
        scene.awaitProgress(MESSAGES_PER_SECOND, PATIENCE);
        double calm = rate(CALM_SECONDS);

        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long before = scene.ledger().committedMessages();
        List<String> happened = new ArrayList<>();
        while (System.nanoTime() < end) {
            happened.add(happen(random));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2_000 + random.nextInt(2_000)));
        }
        double wild = (scene.ledger().committedMessages() - before) / (double) seconds;

        if (slots.isEmpty()) {
            join();
        }
        CaravanProcess survivor = slots.get(0).child();
        Verdict verdict = scene.settle(survivor, PATIENCE);
        slots.forEach(slot -> fenced += slot.child().logged("was fenced").size());
        Scene.say(
                "ScaleOutIT: seed %d, %s; %.0f messages/s calm, %.0f (%.0f %%) wild, fenced %d times; %s",
                seed, happened, calm, wild, 100 * wild / calm, fenced, verdict);
        assertThat(wild)
                .as("messages/s while replicas came and went, %.0f before; seed %d", calm, seed)
                .isGreaterThan(LEAST_OF_CALM * calm);
    }

    private double rate(long seconds) {
        long before = scene.ledger().committedMessages();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
        return (scene.ledger().committedMessages() - before) / (double) seconds;
    }

    private String happen(Random random) {
        int what = slots.size() < 2 ? 0 : random.nextInt(4);
        if ((what == 0 && free.isEmpty()) || slots.isEmpty()) {
            what = slots.isEmpty() ? 0 : 1 + random.nextInt(3);
        }
        switch (what) {
            case 0 -> {
                join();
                return "join";
            }
            case 1 -> {
                leave(random, CaravanProcess::sigterm);
                return "leave";
            }
            case 2 -> {
                leave(random, CaravanProcess::sigkill);
                return "kill";
            }
            default -> {
                CaravanProcess still = slots.get(random.nextInt(slots.size())).child();
                still.sigstop();
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(4));
                still.sigcont();
                return "stop";
            }
        }
    }

    private void join() {
        int slot = free.first();
        free.remove(slot);
        slots.add(new Slot(slot, scene.launcher().start("replica-" + started++, slot, List.of())));
    }

    private void leave(Random random, java.util.function.Consumer<CaravanProcess> how) {
        Slot gone = slots.remove(random.nextInt(slots.size()));
        how.accept(gone.child());
        gone.child().awaitExit(Duration.ofSeconds(40));
        fenced += gone.child().logged("was fenced").size();
        free.add(gone.number());
    }
}
