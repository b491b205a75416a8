package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.lifecycle.Cause;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import dev.caravan.testing.SettableClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Three replicas over one database tell one history. */
class MonitorReplicasIT {
    private static final int CLIENTS = 16;
    private static final Duration HAMMER = Duration.ofSeconds(Integer.getInteger("seconds", 6));
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xFFFFFF);
    private static final List<String> ACTIONS =
            List.of("start", "start", "pause", "resume", "stop", "stop?force=true", "clear");

    private static final List<RunningCaravan> replicas = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        DatabaseConnection database = Servers.newDatabase();
        var keys = Objects.requireNonNull(Servers.s3().keys());
        for (int i = 0; i < 3; i++) {
            replicas.add(RunningCaravan.start(Map.of(
                    "caravan.kafka.bootstrap.servers", Servers.kafka().bootstrapServers(),
                    "spring.datasource.url", database.url(),
                    "spring.datasource.username", database.user(),
                    "spring.datasource.password", database.password(),
                    "caravan.s3.endpoint", String.valueOf(Servers.s3().endpoint()),
                    "caravan.s3.access-key", keys.access(),
                    "caravan.s3.secret-key", keys.secret(),
                    "caravan.monitor.events", "5000")));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (RunningCaravan replica : replicas) {
            replica.close();
        }
    }

    private static V0 v0(int replica) {
        return new V0(replicas.get(replica));
    }

    @Test
    void whatSixteenClientsAskOfThreeReplicasMakesOneLegalHistory() throws Exception {
        v0(0).create("hammered", Map.of("batch", Map.of("max_interval", "100ms")), "SELECT * FROM events");
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<int[]>> clients = IntStream.range(0, CLIENTS)
                    .<Callable<int[]>>mapToObj(client -> () -> hammer(client))
                    .toList();
            int accepted = 0;
            int refused = 0;
            for (Future<int[]> client : threads.invokeAll(clients)) {
                accepted += client.get()[0];
                refused += client.get()[1];
            }
            System.out.printf("MonitorReplicasIT: seed %d, %d accepted, %d refused%n", SEED, accepted, refused);
            assertThat(accepted).isPositive();
            assertThat(refused).isPositive();
        } finally {
            threads.shutdownNow();
        }
        v0(0).move("hammered", "stop?force=true", "Stopped");
        // a replica may still take up an older wish for a moment
        await().atMost(Duration.ofSeconds(60))
                .until(() -> v0(1).post("/pipelines/hammered/start").statusCode() == 202);
        v0(1).awaitStatus("hammered", "Running");
        v0(2).move("hammered", "stop", "Stopped");

        EventStore store = replicas.get(0).bean(EventStore.class);
        long seq = store.find("default", "hammered").orElseThrow().seq();
        List<MonitorEvent> newestFirst = store.list(seq, null, null, null, 10_000);
        for (int i = 1; i < newestFirst.size(); i++) {
            MonitorEvent before = newestFirst.get(i);
            MonitorEvent after = newestFirst.get(i - 1);
            assertThat(before.deployment().canBecome(after.deployment()))
                    .as("%s to %s", before, after)
                    .isTrue();
            assertThat(after.recordedAt()).isAfter(before.recordedAt());
            assertThat(after.previous()).isEqualTo(before.deployment().status().wireName());
        }
        int replicasAgree = v0(1).json("/pipelines/hammered/events").size();
        assertThat(v0(2).json("/pipelines/hammered/events").size()).isEqualTo(replicasAgree);
    }

    /** How many moves were accepted, and how many were refused as illegal; there is nothing else. */
    private static int[] hammer(int client) throws Exception {
        Random random = new Random(SEED + client);
        int[] counts = new int[2];
        long end = System.nanoTime() + HAMMER.toNanos();
        while (System.nanoTime() < end) {
            String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
            HttpResponse<String> answer = v0(random.nextInt(3)).post("/pipelines/hammered/" + action);
            if (answer.statusCode() == 202) {
                counts[0]++;
            } else {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
                assertThat(answer.body()).contains("IllegalPipelineAction");
                counts[1]++;
            }
        }
        return counts;
    }

    @Test
    void aStreamShowsWhatHappensOnOtherReplicasAndGoesOnWhereItWasLeft() throws Exception {
        v0(0).create("streamed", Map.of("batch", Map.of("max_interval", "100ms")), "SELECT * FROM events");
        List<String> first;
        try (Follower follower = new Follower(1, "streamed", null)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> follower.ids.size() == 1);
            v0(2).move("streamed", "start", "Running");
            await().atMost(Duration.ofSeconds(60)).until(() -> follower.ids.containsAll(ids("streamed")));
            first = List.copyOf(follower.ids);
        }
        v0(0).move("streamed", "stop", "Stopped");
        try (Follower follower = new Follower(2, "streamed", first.get(first.size() - 1))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                List<String> seen = new ArrayList<>(first);
                seen.addAll(follower.ids);
                return seen.equals(ids("streamed"));
            });
        }
    }

    /** Oldest first. */
    private static List<String> ids(String pipeline) throws Exception {
        return v0(0).events(pipeline, "status").stream()
                .map(event -> event.path("event_id").asText())
                .toList();
    }

    /**
     * While nobody else writes events of a pipeline, nor sees what is changed here: the replicas look at it, too, and would
     * tell of what they find.
     */
    private static void undisturbed(String pipeline, RunningCaravan replica, Runnable work) {
        replica.bean(TransactionTemplate.class).executeWithoutResult(status -> {
            replica.bean(JdbcClient.class)
                    .sql("SELECT told FROM pipeline_desired WHERE pipeline = :id FOR NO KEY UPDATE")
                    .param("id", pipeline)
                    .query(String.class)
                    .single();
            work.run();
            status.setRollbackOnly();
        });
    }

    private static String created(String name) throws Exception {
        v0(0).create(name, Map.of(), "SELECT * FROM events");
        return replicas.get(0)
                .operation("get", Map.of("pipeline", name))
                .path("id")
                .asText();
    }

    @Test
    void heartbeatsAndRetentionKeepTheNewest() throws Exception {
        String id = created("aged");
        undisturbed(id, replicas.get(0), () -> heartbeatAndRetention(id));
    }

    private static void heartbeatAndRetention(String id) {
        RunningCaravan replica = replicas.get(0);
        EventStore store = replica.bean(EventStore.class);
        long seq = store.find("default", "aged").orElseThrow().seq();
        MonitorEvent newest = store.latest(seq).orElseThrow();
        JdbcClient jdbc = replica.bean(JdbcClient.class);
        jdbc.sql("UPDATE monitor_event SET recorded_at = recorded_at - interval '40 days' WHERE monitored = :seq")
                .param("seq", seq)
                .update();
        assertThat(store.silentFor(Duration.ofMinutes(10), 1_000)).contains(id);
        EventRetention dry = new EventRetention(jdbc, settings(2, true));
        EventRetention real = new EventRetention(jdbc, settings(2, false));
        replica.bean(dev.caravan.lifecycle.Transitions.class).tell(id);
        List<MonitorEvent> two = store.list(seq, null, null, null, 10);
        assertThat(two).extracting(MonitorEvent::cause).containsExactly("heartbeat", "created");
        assertThat(two.get(1).id()).isEqualTo(newest.id());
        assertThat(dry.clean()).isPositive();
        assertThat(store.list(seq, null, null, null, 10)).hasSize(2);
        real.clean();
        assertThat(store.list(seq, null, null, null, 10))
                .extracting(MonitorEvent::cause)
                .containsExactly("heartbeat");
        jdbc.sql("UPDATE monitor_event SET recorded_at = recorded_at - interval '40 days' WHERE monitored = :seq")
                .param("seq", seq)
                .update();
        real.clean();
        assertThat(store.list(seq, null, null, null, 10)).hasSize(1);
    }

    private static MonitorSettings settings(int events, boolean dryRun) {
        Duration day = Duration.ofDays(1);
        return new MonitorSettings(true, events, Duration.ofDays(30), dryRun, day, day, day, day, 1, day);
    }

    @Test
    void detailsAloneMakeAnEventOnlyWhenTheLastOneIsTenSecondsOld() throws Exception {
        undisturbed(created("detailed"), replicas.get(0), MonitorReplicasIT::detailsAfterTenSeconds);
    }

    private static void detailsAfterTenSeconds() {
        RunningCaravan replica = replicas.get(0);
        EventStore store = replica.bean(EventStore.class);
        MonitorSettings defaults = replica.bean(MonitorSettings.class);
        assertThat(defaults.details()).isEqualTo(Duration.ofSeconds(10));
        Monitored monitored = store.find("default", "detailed").orElseThrow();
        Deployment stopped = store.latest(monitored.seq()).orElseThrow().deployment();
        SettableClock clock = new SettableClock(
                // as exact as the database keeps it
                Instant.now().truncatedTo(ChronoUnit.MICROS).plusSeconds(3600));
        EventWriter writer = new EventWriter(store, defaults, last -> clock.instant());

        assertThat(detail(writer, monitored, stopped, "one")).isTrue();
        clock.pass(Duration.ofMillis(9_999));
        assertThat(detail(writer, monitored, stopped, "two")).isFalse();
        assertThat(detail(writer, monitored, stopped, "one")).isTrue();
        clock.pass(Duration.ofMillis(1));
        assertThat(detail(writer, monitored, stopped, "three")).isTrue();
        clock.pass(Duration.ofMillis(1));
        assertThat(writer.write(
                        monitored, Deployment.broken(Program.SQL_ERROR), details("three"), new Cause("status", null)))
                .isTrue();

        assertThat(store.list(monitored.seq(), null, null, null, 10))
                .extracting(MonitorEvent::cause)
                .containsExactly("status", "three", "one", "created");
    }

    @Test
    void aHeartbeatIsWrittenWhenThereWasNoEventForTenMinutes() throws Exception {
        RunningCaravan replica = replicas.get(0);
        v0(0).create("beating", Map.of(), "SELECT * FROM events");
        EventStore store = replica.bean(EventStore.class);
        Monitored monitored = store.find("default", "beating").orElseThrow();
        MonitorEvent last = store.latest(monitored.seq()).orElseThrow();
        // the test's replicas keep more events
        MonitorSettings defaults = new Binder(new MapConfigurationPropertySource())
                .bindOrCreate("caravan.monitor", Bindable.of(MonitorSettings.class));
        assertThat(defaults.events()).isEqualTo(720);
        assertThat(defaults.keep()).isEqualTo(Duration.ofDays(30));
        SettableClock clock = new SettableClock(last.recordedAt());
        EventWriter writer = new EventWriter(store, defaults, after -> clock.instant());

        clock.pass(Duration.ofMinutes(10).minusMillis(1));
        assertThat(writer.write(monitored, last.deployment(), last.details(), new Cause("looked", null)))
                .isTrue();
        assertThat(store.latest(monitored.seq())).contains(last);
        clock.pass(Duration.ofMillis(1));
        assertThat(writer.write(monitored, last.deployment(), last.details(), new Cause("looked", null)))
                .isTrue();

        MonitorEvent beat = store.latest(monitored.seq()).orElseThrow();
        assertThat(beat.cause()).isEqualTo("heartbeat");
        assertThat(beat.actor()).isNull();
        assertThat(beat.deployment()).isEqualTo(last.deployment());
        assertThat(beat.durationMillis()).isEqualTo(Duration.ofMinutes(10).toMillis());
    }

    /** @return false when it is too soon for an event */
    private static boolean detail(EventWriter writer, Monitored monitored, Deployment same, String reason) {
        return writer.write(monitored, same, details(reason), new Cause(reason, null));
    }

    private static MonitorEvent.Details details(String reason) {
        return new MonitorEvent.Details(V0.JSON.createObjectNode().put("reason", reason), null, null, null);
    }

    @Test
    void theLogIsStreamed() throws Exception {
        v0(0).create("logged", Map.of(), "SELECT * FROM events");
        v0(1).move("logged", "start", "Running");
        try (Follower follower = new Follower(2, "/v0/pipelines/logged/logs/")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> String.join("\n", follower.lines).contains("version 1 started"));
            v0(0).move("logged", "stop", "Stopped");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> String.join("\n", follower.lines).contains("stopped"));
        }
    }

    /** A client that reads a stream on a thread of its own. */
    private static final class Follower implements AutoCloseable {
        private final ConcurrentLinkedQueue<String> ids = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final InputStream body;

        Follower(int replica, String pipeline, String last) throws Exception {
            this("/v0/pipelines/" + pipeline + (last == null ? "/events/stream" : "/events/stream/"), replica, last);
        }

        Follower(int replica, String path) throws Exception {
            this(path, replica, null);
        }

        private Follower(String path, int replica, String last) throws Exception {
            var request = replicas.get(replica).request(path);
            if (last != null) {
                request.header("Last-Event-ID", last);
            }
            HttpResponse<InputStream> answer =
                    HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            body = answer.body();
            Thread reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                    if (line.startsWith("id: ")) {
                        ids.add(line.substring(4));
                    }
                    if (line.startsWith("data: ")) {
                        JsonNode event = V0.JSON.readTree(line.substring(6));
                        assertThat(event.path("event_id").asText())
                                .isEqualTo(List.copyOf(ids).get(ids.size() - 1));
                    }
                }
            } catch (IOException closed) {
                lines.add("closed");
            }
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
