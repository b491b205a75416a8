package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.S3FaultProxy;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The servers answer wrongly, or not at all, while messages flow: nothing is lost or doubled, and nobody has to help. */
class FaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What an outage may take until the status tells it. */
    private static final Duration TOLD = Duration.ofSeconds(30);

    private static final int MESSAGES_PER_SECOND = 1_000;

    private static S3FaultProxy store;
    private static Scene scene;
    private static CaravanProcess child;

    @BeforeAll
    static void open() throws Exception {
        Surroundings surroundings = Surroundings.start();
        store = new S3FaultProxy(
                URI.create("http://127.0.0.1:" + surroundings.s3Proxy().port()));
        List<String> options = new ArrayList<>(Scene.shortSessions());
        options.add("-Dcaravan.s3.timeout=1s");
        scene = new Scene(
                "faults",
                surroundings,
                environment -> {
                    environment.put("CARAVAN_S3_ENDPOINT", store.endpoint().toString());
                    return environment;
                },
                options);
        child = scene.launcher().start("caravan", 0, List.of()).awaitReady(PATIENCE);
    }

    @AfterAll
    static void close() throws Exception {
        scene.close();
        store.close();
    }

    @BeforeEach
    void messagesFlow() {
        scene.feed().start(MESSAGES_PER_SECOND);
        scene.awaitProgress(1_000, PATIENCE);
    }

    @AfterEach
    void everyMessageIsThereOnce() throws Exception {
        store.heal();
        scene.surroundings().s3Proxy().open();
        scene.surroundings().databaseProxy().open();
        scene.surroundings().kafkaProxy().open();
        Scene.say("FaultsIT: %s", scene.settle(child, PATIENCE));
        assertThat(child.logged("\tat ")).as("stack traces in the log").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = "ACCESS_DENIED", mode = EnumSource.Mode.EXCLUDE)
    void aSpoiledPutIsDoneAgain(Fault fault) {
        store.spoil(Operation.PUT, fault, 1, 4);
        Awaitility.await("the faults happened").atMost(PATIENCE).until(() -> store.seen(Operation.PUT) > 4);
        scene.awaitProgress(1_000, PATIENCE);
    }

    @Test
    void theStoreIsAwayAndComesBack() {
        scene.surroundings().s3Proxy().reset();
        told("s3_unavailable");
        await("the status tells when it is tried again", () -> child.ask("monitor", Scene.PIPELINE)
                .matches("(?s).*\"next_try\":\"2.*"));
        scene.surroundings().s3Proxy().open();
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    @Test
    void theStoreRefusesAndItsOwnerMendsIt() {
        store.spoil(Operation.PUT, Fault.ACCESS_DENIED, 1, 1_000_000);
        await("the status tells", () -> child.ask("monitor", Scene.PIPELINE).contains("\"reason\""));
        store.heal();
        assertThat(child.ask("resume", Scene.PIPELINE)).startsWith("200");
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    @Test
    void theDatabaseIsAwayAndComesBack() {
        scene.surroundings().databaseProxy().reset();
        databaseIsMissed();
        scene.surroundings().databaseProxy().open();
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    @Test
    void theDatabaseFallsSilentAndComesBack() {
        scene.surroundings().databaseProxy().silence();
        databaseIsMissed();
        scene.surroundings().databaseProxy().open();
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    @Test
    void kafkaIsAwayAndComesBack() {
        scene.surroundings().kafkaProxy().reset();
        told("kafka_unavailable");
        scene.surroundings().kafkaProxy().open();
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    @Test
    void kafkaFallsSilentAndComesBack() {
        scene.surroundings().kafkaProxy().silence();
        told("kafka_unavailable");
        scene.surroundings().kafkaProxy().open();
        scene.awaitProgress(3_000, PATIENCE);
        fine();
    }

    /** The database holds the status too, so what is left to tell is that nothing can be told. */
    private static void databaseIsMissed() {
        await("it is not ready", () -> child.get("/observe/health/ready") == 503);
        await("the answer names the database", () -> {
            String answer = child.ask("monitor", Scene.PIPELINE);
            return answer.startsWith("503") && answer.contains("database");
        });
        for (String probe : List.of("ready", "live")) {
            // probes give up after a few seconds themselves
            await(probe + " answers in time", () -> {
                long start = System.nanoTime();
                int status = child.get("/observe/health/" + probe);
                boolean quick =
                        System.nanoTime() - start < Duration.ofSeconds(5).toNanos();
                return quick && status == (probe.equals("live") ? 200 : 503);
            });
        }
    }

    /** The API serves meanwhile, so the process is ready. */
    private static void told(String reason) {
        await("the status tells " + reason, () -> child.ask("monitor", Scene.PIPELINE)
                .contains(reason));
        for (String probe : List.of("live", "ready")) {
            await("all the same it is " + probe, () -> child.get("/observe/health/" + probe) == 200);
        }
    }

    private static void fine() {
        await("the status tells that all is well again", () -> {
            String answer = child.ask("monitor", Scene.PIPELINE);
            return answer.startsWith("200") && answer.contains("\"running\"") && !answer.contains("_unavailable");
        });
        await("it is ready", () -> child.get("/observe/health/ready") == 200);
    }

    private static void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(TOLD)
                    .pollInterval(Duration.ofMillis(250))
                    .until(condition);
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    what + ": not within " + TOLD + "; last answer:\n" + child.ask("monitor", Scene.PIPELINE) + "\n"
                            + child.lastLines(30),
                    e);
        }
    }
}
