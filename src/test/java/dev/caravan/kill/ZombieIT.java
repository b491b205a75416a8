package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static final int CYCLES = 3;

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
        CaravanProcess one = scene.launcher().start("one", 0, List.of()).awaitReady(PATIENCE);
        CaravanProcess two = scene.launcher().start("two", 1, List.of()).awaitReady(PATIENCE);
        scene.feed().start(MESSAGES_PER_SECOND);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            CaravanProcess zombie = cycle % 2 == 0 ? one : two;
            CaravanProcess survivor = cycle % 2 == 0 ? two : one;
            awaitOwners("both have partitions", owners -> owners.equals(Set.of(one.pid(), two.pid())));
            int fencedBefore = zombie.logged("was fenced").size();
            zombie.sigstop();
            awaitOwners("the other takes over", owners -> owners.equals(Set.of(survivor.pid())));
            scene.awaitProgress(5_000, PATIENCE);
            zombie.sigcont();
            Awaitility.await("the zombie is fenced")
                    .atMost(PATIENCE)
                    .failFast(zombie::mustBeAlive)
                    .until(() -> zombie.logged("was fenced").size() > fencedBefore);
            awaitOwners("the zombie has partitions again", owners -> owners.contains(zombie.pid()));
            scene.awaitProgress(5_000, PATIENCE);
            Scene.say(
                    "ZombieIT: %s was fenced %d times",
                    zombie.name(), zombie.logged("was fenced").size() - fencedBefore);
        }
        Scene.say("ZombieIT: %s", scene.settle(two, PATIENCE));
        assertThat(one.alive()).isTrue();
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
