package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a trigger says of itself while its broker comes and goes. */
class TriggerReadyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final int STOPS = Integer.getInteger("stops", 1);

    private Scene scene;
    private Admin admin;

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("ready", Surroundings.start(), UnaryOperator.identity(), Scene.shortSessions());
        admin = Admin.create(Map.of("bootstrap.servers", scene.surroundings().bootstrap()));
    }

    @AfterEach
    void close() throws Exception {
        admin.close();
        scene.close();
    }

    @Test
    void itIsReadyOnlyWhileTheBrokerAnswersAndAReplicaHasItsPartitions() throws Exception {
        CaravanProcess child = scene.launcher().start("child", 0, List.of()).awaitReady(PATIENCE);
        becomes("ready", child, true, PATIENCE);
        assertThat(hasMembers()).isTrue();
        for (boolean silent : new boolean[] {true, false}) {
            if (silent) {
                scene.surroundings().kafkaProxy().silence();
            } else {
                scene.surroundings().kafkaProxy().reset();
            }
            becomes("told that the broker is away", child, false, SOON);
            scene.surroundings().kafkaProxy().open();
            becomes("ready again", child, true, PATIENCE);
            // a consumer that the group has let go meanwhile hears of it with its next heartbeat, and joins again
            Awaitility.await("the group has it").atMost(PATIENCE).until(this::hasMembers);
        }
        for (int stop = 1; stop <= STOPS; stop++) {
            standsStill(child, "other-" + stop);
        }
    }

    /** Another one takes its partitions over meanwhile. */
    private void standsStill(CaravanProcess child, String name) throws Exception {
        child.sigstop();
        try (CaravanProcess other = scene.launcher().start(name, 1, List.of()).awaitReady(PATIENCE)) {
            Awaitility.await("the other has the partitions")
                    .atMost(PATIENCE)
                    .until(() -> other.triggerReady(Scene.PIPELINE));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + sessions(), e);
        }
        child.sigcont();
        becomes("ready after it stood still", child, true, PATIENCE);
    }

    /** What PostgreSQL is asked, and by whom, so that one sees who waits for whom. */
    private String sessions() {
        return JdbcClient.create(scene.surroundings().dataSource())
                .sql(
                        "SELECT pid, pg_blocking_pids(pid), state, now() - state_change AS since, query FROM pg_stat_activity"
                                + " WHERE application_name = 'caravan' AND (wait_event_type = 'Lock' OR state <> 'idle')")
                .query()
                .listOfRows()
                .toString();
    }

    private static void becomes(String what, CaravanProcess child, boolean ready, Duration atMost) {
        long since = System.nanoTime();
        Awaitility.await(what)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> child.triggerReady(Scene.PIPELINE) == ready);
        Scene.say("TriggerReadyIT: %s after %d ms", what, (System.nanoTime() - since) / 1_000_000);
    }

    private boolean hasMembers() throws Exception {
        String group = admin.listConsumerGroups().all().get().iterator().next().groupId();
        ConsumerGroupDescription described =
                admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        return described != null
                && described.groupState() == GroupState.STABLE
                && described.members().stream()
                                .mapToInt(member ->
                                        member.assignment().topicPartitions().size())
                                .sum()
                        == Scene.PARTITIONS;
    }
}
