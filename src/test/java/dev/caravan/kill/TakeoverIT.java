package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A replica dies without a word, and another one goes on with its partitions; with the settings of the program itself. */
class TakeoverIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Takes half of it on a machine that has nothing else to do. */
    private static final Duration BAR = Duration.ofSeconds(Integer.getInteger("takeover", 15));

    private Scene scene;

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("takeover", Surroundings.start(), UnaryOperator.identity(), List.of());
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    @Test
    void whatADeadReplicaHadIsTakenOver() throws Exception {
        CaravanProcess survivor =
                scene.launcher().start("survivor", 0, List.of()).awaitReady(PATIENCE);
        CaravanProcess victim = scene.launcher().start("victim", 1, List.of()).awaitReady(PATIENCE);
        scene.feed().start(500);
        awaitOwners(PATIENCE, Set.of(survivor.pid(), victim.pid()));
        victim.sigkill();
        long died = System.nanoTime();
        awaitOwners(BAR, Set.of(survivor.pid()));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - died);
        Scene.say("TakeoverIT: partitions taken over after %d ms; %s", millis, scene.settle(survivor, PATIENCE));
        assertThat(millis).isLessThan(BAR.toMillis());
    }

    private void awaitOwners(Duration atMost, Set<Long> wanted) {
        JdbcClient jdbc = JdbcClient.create(scene.surroundings().dataSource());
        Awaitility.await("owners are " + wanted)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> jdbc.sql("SELECT owner FROM pipeline_partition").query(String.class).list().stream()
                        .map(owner -> Long.parseLong(owner.split("-", 2)[0]))
                        .collect(Collectors.toSet())
                        .equals(wanted));
    }
}
