package dev.caravan.kill;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A replica that stands still for longer than its session, and then goes on as if nothing had happened. */
class ZombieIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MESSAGES_PER_SECOND = 3_000;
    private static final int CYCLES = 2;

    private Scene scene;

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("zombie", Surroundings.start(), UnaryOperator.identity(), Scene.shortSessions());
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    @Test
    void aReplicaThatWasPausedIsFencedAndWritesNothingTwice() throws Exception {
        scene.launcher().warmUp();
        CaravanProcess survivor =
                scene.launcher().start("survivor", 0, List.of()).awaitReady(PATIENCE);
        scene.feed().start(MESSAGES_PER_SECOND);
        for (int cycle = 1; cycle <= CYCLES; cycle++) {
            // stands still with a batch in its hands, right before it would claim it
            CaravanProcess zombie = scene.launcher()
                    .start("zombie-" + cycle, 1, List.of("-Dcaravan.faults.stop=before_claim:" + 3 * cycle));
            Awaitility.await("the zombie stands still")
                    .atMost(PATIENCE)
                    .failFast(zombie::mustBeAlive)
                    .until(zombie::standsStill);
            awaitOwners("the other takes over", owners -> owners.equals(Set.of(survivor.pid())));
            scene.awaitProgress(5_000, PATIENCE);
            zombie.sigcont();
            Awaitility.await("the zombie is fenced")
                    .atMost(PATIENCE)
                    .failFast(zombie::mustBeAlive)
                    .until(() -> !zombie.logged("was fenced").isEmpty());
            awaitOwners("the zombie has partitions again", owners -> owners.contains(zombie.pid()));
            scene.awaitProgress(5_000, PATIENCE);
            Scene.say("ZombieIT: %s was fenced and reads again", zombie.name());
            zombie.sigkill();
            zombie.awaitExit(PATIENCE);
        }
        Scene.say("ZombieIT: %s", scene.settle(survivor, PATIENCE));
    }

    /** Owners are known by the ids of their processes. */
    private void awaitOwners(String what, Predicate<Set<Long>> wanted) {
        JdbcClient jdbc = JdbcClient.create(scene.surroundings().dataSource());
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        wanted.test(jdbc.sql("SELECT owner FROM pipeline_partition").query(String.class).list().stream()
                                .map(owner -> Long.parseLong(owner.split("-", 2)[0]))
                                .collect(Collectors.toSet())));
    }
}
