package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testing.Servers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sixteen clients start, stop and look at one trigger on three replicas at the same time. */
class TriggerHammerIT {
    private static final int CLIENTS = 16;
    private static final int REPLICAS = 3;
    private static final Duration HAMMER = Duration.ofSeconds(Integer.getInteger("seconds", 15));
    private static final Set<String> LEGAL = Set.of("stopped", "starting", "running", "stopping");

    private static TriggerScene scene;
    private static GroupMembers members;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(REPLICAS);
        members = new GroupMembers();
    }

    @AfterAll
    static void close() throws Exception {
        members.close();
        scene.close();
    }

    @Test
    void whateverComesAtTheSameTimeThereIsOneSubscriptionAndNothingIsLost() throws Exception {
        String topic = Servers.newName("hammered");
        String pipeline = scene.create(topic, "SELECT * FROM events", TriggerScene.options(topic));
        Map<String, Integer> statuses = new TreeMap<>();
        long sent;
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (Publisher publisher = new Publisher(topic, 200)) {
            long end = System.nanoTime() + HAMMER.toNanos();
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                work.add(clients.submit(() -> {
                    while (System.nanoTime() < end) {
                        act(pipeline, random);
                    }
                    return null;
                }));
            }
            while (System.nanoTime() < end) {
                String status = scene.status(pipeline);
                assertThat(LEGAL).contains(status);
                statuses.merge(status, 1, Integer::sum);
                assertThat(members.count(pipeline)).isLessThanOrEqualTo(REPLICAS);
            }
            for (Future<?> each : work) {
                each.get();
            }
            sent = publisher.finish();
        } finally {
            clients.shutdownNow();
        }
        System.out.printf("TriggerHammerIT: seen %s%n", statuses);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
        await().atMost(Duration.ofSeconds(60)).until(() -> members.count(pipeline) == 0);
        assertThat(routes(pipeline)).isZero();

        scene.start(pipeline, "");
        scene.awaitReady(pipeline);
        await().atMost(Duration.ofSeconds(60)).until(() -> members.count(pipeline) == REPLICAS);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> TriggerScene.rows(topic).size() >= sent);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
        assertThat(TriggerScene.rows(topic))
                .extracting(row -> row.path("id").asLong())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, sent).boxed().toList());
    }

    private static void act(String pipeline, Random random) throws Exception {
        String path = "/api/v1/events/" + pipeline;
        int replica = random.nextInt(REPLICAS);
        HttpResponse<String> answer =
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> scene.send(replica, "POST", path);
                    case 3 -> scene.send(replica, "DELETE", path);
                    default -> scene.send(replica, "GET", path);
                };
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static long routes(String pipeline) {
        long routes = 0;
        for (int i = 0; i < REPLICAS; i++) {
            routes += scene.replica(i).bean(CamelContext.class).getRoutes().stream()
                    .filter(route -> route.getId().contains(pipeline))
                    .count();
        }
        return routes;
    }
}
