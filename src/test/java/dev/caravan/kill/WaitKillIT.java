package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.ContractHttp;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Processes that die between the end of a wait and the delivery of its row, and while nobody is there to time one out. */
class WaitKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TOPIC = "waiting-topic";
    /** How often it is done; each time three processes start, and two of them are killed. */
    private static final int ROUNDS = Integer.getInteger("waits.kills", 1);

    private static final int OF_A_ROUND = 4;
    private static final int MESSAGES = OF_A_ROUND * ROUNDS;
    private static final String DOCUMENT = """
            name: waiting
            options:
              event: %s
              batch: {max_interval: 300ms}
            steps:
              - name: paid
                kamelet: wait-for-event-action
                properties: {event_key: "w:{id}", timeout: 1h, on_timeout: dead_letter}
              - name: lake
                kamelet: s3-sink
                properties: {bucket: %s, prefix: waiting, format: ndjson, compression: none}
            """.formatted(TOPIC, Surroundings.BUCKET);

    private Surroundings surroundings;
    private Launcher launcher;
    private JdbcClient jdbc;

    @BeforeEach
    void open() throws Exception {
        surroundings = Surroundings.start();
        surroundings.createTopic(TOPIC, 1);
        launcher = new Launcher("waiting", surroundings.environment(), DOCUMENT, Scene.shortSessions());
        jdbc = JdbcClient.create(surroundings.dataSource());
    }

    @AfterEach
    void close() throws Exception {
        launcher.close();
        surroundings.close();
    }

    @Test
    void whatHadEndedGoesOnOnceAndWhatBecameOverdueIsTimedOutOnce() throws Exception {
        publish();
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            int first = round * OF_A_ROUND;
            round(round, first);
            expected.addAll(List.of(String.valueOf(first), String.valueOf(first + 1), String.valueOf(first + 3)));
            assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(jdbc.sql("SELECT reason FROM dead_letter")
                        .query(String.class)
                        .list())
                .hasSize(ROUNDS)
                .containsOnly("wait_timed_out");
        assertThat(jdbc.sql("SELECT count(*) FROM wait_resume")
                        .query(Long.class)
                        .single())
                .isEqualTo(MESSAGES);
    }

    private void round(int round, int first) throws Exception {
        // dies with the object of the first row that goes on in the bucket, before that is committed
        CaravanProcess worker = launcher.start("worker" + round, 0, List.of("-Dcaravan.faults.kill=after_put:1"));
        worker.awaitReady(PATIENCE);
        awaitCount("the messages wait", "SELECT count(*) FROM wait WHERE status = 'waiting'", MESSAGES - first);
        int objects = surroundings.bucket().list().size();
        sendToOneThatDies(worker, "w:" + first);
        assertThat(surroundings.bucket().list())
                .as("objects, one of which nobody has committed")
                .hasSize(objects + 1);

        // dies when a signal is committed and its row has not begun to go on; what the worker has begun is not its
        // business
        jdbc.sql("UPDATE replay_work SET lease_until = now() + interval '1 hour'")
                .update();
        CaravanProcess receiver =
                launcher.start("receiver" + round, 0, List.of("-Dcaravan.faults.kill=before_claim:1"));
        receiver.awaitReady(PATIENCE);
        sendToOneThatDies(receiver, "w:" + (first + 1));
        String late = "w:" + (first + 2);
        assertThat(jdbc.sql("SELECT status FROM wait WHERE event_key IN (:keys)")
                        .param("keys", List.of("w:" + first, "w:" + (first + 1)))
                        .query(String.class)
                        .list())
                .containsExactly("received", "received");
        // as if nobody had been there for a minute
        jdbc.sql("UPDATE wait SET expires_at = now() - interval '1 minute' WHERE event_key = :key")
                .param("key", late)
                .update();
        jdbc.sql("UPDATE replay_work SET lease_until = now()").update();

        CaravanProcess survivor =
                launcher.start("survivor" + round, 0, List.of()).awaitReady(PATIENCE);
        Instant ready = Instant.now();
        awaitCount("the overdue wait has ended", "SELECT count(*) FROM wait WHERE status = 'timed_out'", round + 1);
        assertThat(jdbc.sql("SELECT ended_at FROM wait WHERE event_key = :key")
                        .param("key", late)
                        .query(java.sql.Timestamp.class)
                        .single()
                        .toInstant())
                .isBefore(ready.plusSeconds(2));
        awaitCount("all three have gone on", "SELECT count(*) FROM wait_resume WHERE done", first + 3);
        Scene.say(
                "WaitKillIT: timed out %d ms after ready",
                Duration.between(ready, Instant.now()).toMillis());
        send(survivor, "w:" + (first + 3));
        awaitCount("life goes on", "SELECT count(*) FROM wait_resume WHERE done", first + OF_A_ROUND);
        survivor.sigkill();
        assertThat(survivor.awaitExit(PATIENCE)).isEqualTo(CaravanProcess.KILLED);
    }

    private void publish() {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", surroundings.bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(new ProducerRecord<>(TOPIC, "{\"id\": " + i + "}"));
            }
        }
    }

    /** Its death may come before its answer; then what it leaves behind tells that the signal was committed. */
    private static void sendToOneThatDies(CaravanProcess to, String key) throws Exception {
        try {
            send(to, key);
        } catch (IOException e) {
            Scene.say("WaitKillIT: %s died before it answered: %s", to.name(), e);
        }
        assertThat(to.awaitExit(PATIENCE)).isEqualTo(CaravanProcess.KILLED);
    }

    private static void send(CaravanProcess to, String key) throws Exception {
        HttpResponse<String> answer = ContractHttp.send(HttpRequest.newBuilder(to.uri("/v1/events/" + key + "/send"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + CaravanProcess.ADMIN_KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"payload\": {\"by\": \"test\"}}"))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private void awaitCount(String what, String sql, long wanted) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> jdbc.sql(sql).query(Long.class).single() == wanted);
    }

    /** Ids of all rows in all objects. */
    private List<String> rows() {
        List<String> ids = new ArrayList<>();
        for (String key : surroundings.bucket().list().keySet()) {
            byte[] object = surroundings
                    .s3()
                    .getObjectAsBytes(
                            request -> request.bucket(Surroundings.BUCKET).key(key))
                    .asByteArray();
            new String(object, StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> ids.add(line.replaceFirst(".*\"id\":\\s*(\\d+).*", "$1")));
        }
        return ids;
    }
}
