package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.delivery.FaultPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two replicas die over and over while a topic is fed: at named points of a delivery, and from a SIGKILL at random
 * moments. After each round a replica that lives brings everything to its end, and the oracle counts every message.
 * {@code -Dkills=N} sets how many deaths, {@code -Dseed=N} repeats a plan.
 */
class KillIT {
    private static final int REPLICAS = 2;
    private static final int MESSAGES_PER_SECOND = 2_000;
    private static final Duration DRAIN = Duration.ofMinutes(2);
    /** A child that is armed and never gets to its point dies at last all the same. */
    private static final long OVERDUE_MILLIS = 45_000;

    private final ScheduledExecutorService executioner = Executors.newSingleThreadScheduledExecutor();
    private final List<Running> running = new ArrayList<>();
    private final Map<String, Integer> deaths = new TreeMap<>();
    private Scene scene;

    private record Running(CaravanProcess child, KillPlan.Kill kill, int slot) {}

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("kill", Surroundings.start(), UnaryOperator.identity(), Scene.shortSessions());
    }

    @AfterEach
    void close() throws Exception {
        executioner.shutdownNow();
        scene.close();
    }

    @Test
    void noDeathLosesOrDoublesAMessage() throws Exception {
        int kills = Integer.getInteger("kills", 60);
        long seed = Long.getLong("seed", System.nanoTime() & 0xFFFFFF);
        Scene.say("KillIT: %d kills, repeat with -Dkills=%d -Dseed=%d", kills, kills, seed);
        scene.launcher().warmUp();
        CaravanProcess clean = scene.launcher().start("clean-0", 0, List.of());
        for (List<KillPlan.Kill> round : KillPlan.rounds(seed, kills)) {
            scene.feed().start(MESSAGES_PER_SECOND);
            play(round, clean);
            clean = scene.launcher()
                    .start("clean-" + round.get(round.size() - 1).number(), 0, List.of());
            Scene.say("KillIT: %s", scene.settle(clean, DRAIN));
        }
        Verdict verdict = scene.readAllAgain();
        Scene.say("KillIT: seed %d, deaths %s; %s", seed, deaths, verdict);
        assertThat(deaths.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(kills);
        if (kills >= KillPlan.ROUND) {
            assertThat(deaths).containsKeys(names(FaultPoint.values()));
        }
    }

    /** The clean child dies first; then two at a time start and die until the round is over. */
    private void play(List<KillPlan.Kill> round, CaravanProcess clean) throws Exception {
        Deque<KillPlan.Kill> left = new ArrayDeque<>(round);
        KillPlan.Kill first = left.removeFirst();
        arm(new Running(clean, first, 0));
        while (!running.isEmpty()) {
            while (running.size() < REPLICAS && !left.isEmpty()) {
                KillPlan.Kill kill = left.removeFirst();
                int slot = running.stream().anyMatch(each -> each.slot() == 0) ? 1 : 0;
                String name = kill.number() + "-" + kill.name();
                arm(new Running(scene.launcher().start(name, slot, kill.options()), kill, slot));
            }
            CompletableFuture.anyOf(
                            running.stream().map(each -> each.child().onExit()).toArray(CompletableFuture[]::new))
                    .get(2, TimeUnit.MINUTES);
            running.stream().filter(each -> !each.child().alive()).toList().forEach(this::bury);
        }
    }

    private void arm(Running armed) {
        running.add(armed);
        long delay = armed.kill().point() == null ? armed.kill().delayMillis() : OVERDUE_MILLIS;
        executioner.schedule(armed.child()::sigkill, delay, TimeUnit.MILLISECONDS);
    }

    private void bury(Running dead) {
        running.remove(dead);
        CaravanProcess child = dead.child();
        if (child.exitValue() != CaravanProcess.KILLED) {
            throw new AssertionError(
                    child + " was not killed but ended with " + child.exitValue() + ":\n" + child.lastLines(60));
        }
        boolean overdue = dead.kill().point() != null && child.ageMillis() >= OVERDUE_MILLIS;
        deaths.merge(overdue ? "overdue" : dead.kill().name(), 1, Integer::sum);
        Scene.say(
                "KillIT: %3d %-24s died after %5.1f s%s, %,d messages committed",
                dead.kill().number(),
                dead.kill(),
                child.ageMillis() / 1e3,
                overdue ? " without getting there" : "",
                scene.ledger().committedMessages());
    }

    private static String[] names(FaultPoint... points) {
        return java.util.Arrays.stream(points).map(FaultPoint::wireName).toArray(String[]::new);
    }
}
