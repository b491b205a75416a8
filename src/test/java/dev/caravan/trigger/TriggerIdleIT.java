package dev.caravan.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testing.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A trigger whose topic is quiet has no consumer, and misses nothing. */
class TriggerIdleIT {
    private static final Duration HAMMER = Duration.ofSeconds(Integer.getInteger("seconds", 25));
    private static final int EDGES = 6;
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xFFFFFF);

    private static TriggerScene scene;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void open() throws Exception {
        scene = new TriggerScene(2);
        producer = new KafkaProducer<>(
                Servers.kafka().with(Map.of("acks", "all")), new StringSerializer(), new StringSerializer());
    }

    @AfterAll
    static void close() throws Exception {
        producer.close();
        scene.close();
    }

    private static String started(String topic) throws Exception {
        return started(topic, "1s");
    }

    private static String started(String topic, String idle) throws Exception {
        String pipeline = scene.create(
                topic,
                "SELECT * FROM events",
                Map.of("event", topic, "idle", idle, "batch", Map.of("max_interval", "100ms")));
        publish(topic, 0);
        scene.start(pipeline, "");
        return pipeline;
    }

    private static void publish(String topic, long id) throws Exception {
        producer.send(new ProducerRecord<>(topic, "k" + id, "{\"id\":" + id + "}"))
                .get(60, TimeUnit.SECONDS);
    }

    @Test
    void aQuietTriggerClosesItsConsumersAndIsReadyAllTheSame() throws Exception {
        String topic = Servers.newName("quiet");
        String pipeline = started(topic);

        scene.awaitStatus(pipeline, "idle");
        for (int i = 0; i < scene.replicas(); i++) {
            CamelContext camel = scene.replica(i).bean(CamelContext.class);
            await().atMost(Duration.ofSeconds(60)).until(() -> camel.getRoutes().stream()
                    .noneMatch(route -> route.getId().contains(pipeline)));
        }
        // a replica that was not heard of for three seconds counts again with its next report
        scene.awaitReady(pipeline);
        assertThat(scene.status(pipeline)).isEqualTo("idle");
        assertThat(TriggerScene.rows(topic)).hasSize(1);

        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    /** The middle one of three, so that a machine that is busy for a moment does not decide. */
    @Test
    void aMessageWakesAQuietTriggerWithinTwoSeconds() throws Exception {
        String topic = Servers.newName("woken");
        String pipeline = started(topic);
        List<Long> millis = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            scene.awaitStatus(pipeline, "idle");
            publish(topic, i);
            long published = System.nanoTime();
            int rows = i + 1;
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    // it is idle again a second after it has written
                    .until(() -> scene.status(pipeline).equals("running")
                            || TriggerScene.rows(topic).size() == rows);
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - published));
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> TriggerScene.rows(topic).size() == rows);
        }
        System.out.printf("TriggerIdleIT: running %s ms after the message was acknowledged%n", millis);
        Collections.sort(millis);
        assertThat(millis.get(1)).isLessThan(2_000);
        assertThat(millis.get(2)).isLessThan(5_000);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    @Test
    void aTopicThatEndsWithMarkersOfTransactionsIsQuietToo() throws Exception {
        String topic = Servers.newName("transactions");
        String pipeline = started(topic);
        try (KafkaProducer<String, String> transactions = new KafkaProducer<>(
                Servers.kafka().with(Map.of("transactional.id", topic)),
                new StringSerializer(),
                new StringSerializer())) {
            transactions.initTransactions();
            for (long id = 1; id <= 3; id++) {
                long rows = id;
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> TriggerScene.rows(topic).size() == rows);
                transactions.beginTransaction();
                transactions.send(new ProducerRecord<>(topic, "k0", "{\"id\":" + id + "}"));
                transactions.commitTransaction();
            }
            transactions.beginTransaction();
            transactions.send(new ProducerRecord<>(topic, "k0", "{\"id\":99}"));
            transactions.flush();
            transactions.abortTransaction();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> TriggerScene.rows(topic).size() == 4);
        scene.awaitStatus(pipeline, "idle");
        assertThat(TriggerScene.rows(topic))
                .extracting(row -> row.path("id").asLong())
                .containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
    }

    @Test
    void aStartOrAStopWakesIt() throws Exception {
        // long enough to be seen running in between
        String pipeline = started(Servers.newName("roused"), "3s");
        scene.awaitStatus(pipeline, "idle");
        scene.start(pipeline, "?pipeline_version=1");
        scene.awaitStatus(pipeline, "running");
        scene.awaitStatus(pipeline, "idle");
        scene.replica(1).operation("pause", Map.of("pipeline", pipeline));
        scene.replica(1).operation("resume", Map.of("pipeline", pipeline));
        scene.awaitStatus(pipeline, "idle");
        scene.stop(pipeline);
        scene.awaitStatus(pipeline, "stopped");
        assertThat(scene.ready(0, pipeline)).isFalse();
    }

    /** Each message is the last one until it is written: none is there because a later one has woken its pipeline. */
    @Test
    void noMessageIsMissedAtTheEdge() throws Exception {
        List<CompletableFuture<Void>> edges = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(EDGES);
        try {
            for (int i = 0; i < EDGES; i++) {
                Random random = new Random(SEED + i);
                String topic = Servers.newName("edge");
                String pipeline = started(topic);
                edges.add(CompletableFuture.runAsync(() -> hammer(topic, pipeline, random), threads));
            }
            for (CompletableFuture<Void> each : edges) {
                each.get(HAMMER.toSeconds() + 240, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void hammer(String topic, String pipeline, Random random) {
        try {
            long end = System.nanoTime() + HAMMER.toNanos();
            for (long sent = 1; System.nanoTime() < end; sent++) {
                // around the second after which it nods, and the one in which it is put to sleep
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700 + random.nextInt(2_000)));
                publish(topic, sent);
                long all = sent + 1;
                await("message " + sent + " of " + topic + " is written, seed " + SEED)
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> TriggerScene.rows(topic).size() >= all);
                assertThat(TriggerScene.rows(topic))
                        .extracting(row -> row.path("id").asLong())
                        .containsExactlyInAnyOrderElementsOf(
                                LongStream.range(0, all).boxed().toList());
            }
            scene.stop(pipeline);
            scene.awaitStatus(pipeline, "stopped");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
