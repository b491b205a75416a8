package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What idle triggers cost one process: {@code -Dtriggers=1000} says how many there are. */
class IdleCostIT {
    private static final int TRIGGERS = Integer.getInteger("triggers", 40);
    private static final int AT_ONCE = 20;
    private static final int WAKES = 8;
    private static final int MEASURED_SECONDS = Integer.getInteger("seconds", 5);
    private static final int CLOCK_TICKS_PER_SECOND = 100;
    private static final long MAX_MEGABYTES = 300;
    private static final double MAX_CPU_PERCENT = 2;
    private static final int MAX_SOCKETS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newHttpClient();
    private Scene scene;
    private CaravanProcess child;
    private JdbcClient jdbc;

    @BeforeEach
    void open() throws Exception {
        scene = new Scene("idle-cost", Surroundings.start(), UnaryOperator.identity(), List.of());
        jdbc = JdbcClient.create(scene.surroundings().dataSource());
        child = scene.launcher().start("child", 0, List.of()).awaitReady(PATIENCE);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", scene.surroundings().bootstrap()))) {
            admin.createTopics(IntStream.range(0, TRIGGERS)
                            .mapToObj(i -> new NewTopic(topic(i), Optional.of(1), Optional.empty()))
                            .toList())
                    .all()
                    .get();
        }
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    @Test
    void anIdleTriggerCostsNextToNothing() throws Exception {
        for (int i = 0; i < TRIGGERS; i++) {
            create(i);
        }
        double without = cpu();
        start(0, AT_ONCE);
        Usage before = Usage.of(child.pid());
        for (int i = AT_ONCE; i < TRIGGERS; i += AT_ONCE) {
            start(i, Math.min(TRIGGERS, i + AT_ONCE));
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
        double with = cpu();
        Usage after = Usage.of(child.pid());
        long megabytes = (after.residentBytes() - before.residentBytes()) >> 20;
        Scene.say(
                "IdleCostIT: %d idle triggers, %d MB above %d MB, %.1f %% of a core above %.1f %%, %d threads, %d sockets more; woken in %s ms",
                TRIGGERS,
                megabytes,
                before.residentBytes() >> 20,
                with - without,
                without,
                after.threads(),
                after.sockets() - before.sockets(),
                wakes());
        assertThat(after.sockets() - before.sockets()).isLessThan(MAX_SOCKETS);
        assertThat(megabytes).isLessThan(MAX_MEGABYTES);
        if (TRIGGERS >= 1_000) {
            assertThat(with - without).isLessThan(MAX_CPU_PERCENT);
        }
    }

    /** Percent of a core, over some seconds. */
    private double cpu() throws IOException {
        long before = Usage.of(child.pid()).cpuTicks();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(MEASURED_SECONDS));
        return 100.0 * (Usage.of(child.pid()).cpuTicks() - before) / CLOCK_TICKS_PER_SECOND / MEASURED_SECONDS;
    }

    private static String topic(int i) {
        return "idle-" + i;
    }

    private void create(int i) throws Exception {
        send("/pipeline", """
                {"operation": "create", "parameters": {"name": "%1$s", "options": {"event": "%1$s", "idle": "1s"},
                 "schema": {"id": "BIGINT"}, "steps": [
                  {"name": "query", "kamelet": "sql-transform-action", "properties": {"query": "SELECT id FROM events"}},
                  {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "%1$s"}}]}}
                """.formatted(topic(i)));
    }

    private void start(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            send("/api/v1/events/" + topic(i), "");
        }
        Awaitility.await(to + " are idle")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> count("IDLE") >= to);
    }

    private int count(String status) {
        return jdbc.sql("SELECT count(*) FROM pipeline_replica WHERE status = :status")
                .param("status", status)
                .query(Integer.class)
                .single();
    }

    private List<Long> wakes() throws Exception {
        List<Long> wakes = new ArrayList<>();
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", scene.surroundings().bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; i < WAKES; i++) {
                wakes.add(wake(producer, topic(TRIGGERS / WAKES * i)));
            }
        }
        return wakes;
    }

    /** Milliseconds from the acknowledgement of a message until its pipeline has its partition again. */
    private long wake(KafkaProducer<String, String> producer, String topic) throws Exception {
        producer.send(new ProducerRecord<>(topic, "{\"id\": 1}")).get();
        long since = System.nanoTime();
        String pipeline = jdbc.sql("SELECT id FROM pipeline WHERE name = :name")
                .param("name", topic)
                .query(String.class)
                .single();
        Awaitility.await("awake")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                // a second after the message it is idle again, with the message behind it
                .until(() -> jdbc.sql("""
                                SELECT status = 'RUNNING' AND partitions = 1 OR EXISTS (
                                    SELECT FROM pipeline_partition p WHERE p.pipeline = r.pipeline AND next_offset > 0)
                                FROM pipeline_replica r WHERE pipeline = :pipeline""")
                        .param("pipeline", pipeline)
                        .query(Boolean.class)
                        .single());
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    private void send(String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(child.uri(path))
                        .header("Authorization", "Bearer " + CaravanProcess.ADMIN_KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** What the system says about a process. */
    private record Usage(long residentBytes, long cpuTicks, int threads, int sockets) {
        static Usage of(long pid) throws IOException {
            long resident = 0;
            int threads = 0;
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    resident = Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                } else if (line.startsWith("Threads:")) {
                    threads = Integer.parseInt(line.replaceAll("[^0-9]", ""));
                }
            }
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            List<String> fields = new ArrayList<>(
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")));
            return new Usage(
                    resident, Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12)), threads, sockets(pid));
        }

        private static int sockets(long pid) throws IOException {
            int sockets = 0;
            try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
                for (Path descriptor : open) {
                    try {
                        sockets += Files.readSymbolicLink(descriptor).toString().startsWith("socket:") ? 1 : 0;
                    } catch (NoSuchFileException closedMeanwhile) {
                        // then it is none that stays
                    }
                }
            }
            return sockets;
        }
    }
}
