package dev.caravan.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.ContractAnswers;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of requests made from the contract, against the whole program: none is a fault of ours, none hangs, each answer
 * is one that the contract has. Each run sends the same sequences; {@code -Dfuzz.seed=5} sends those of another seed, {@code
 * -Dfuzz.seed=random} those of one that nobody knows before (a failure names it), {@code -Dfuzz.requests=100000} more of them.
 */
class FuzzIT {
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 20_000);
    private static final int IN_A_SEQUENCE = 25;
    private static final int THREADS = 4;
    private static final int HANGS_AFTER_MILLIS = 5_000;

    /** One in so many sequences starts pipelines. */
    private static final int STARTS = 40;

    /** So many different faults end the run. */
    private static final int ENOUGH = 20;

    private static final List<String> SHARED = List.of("shared-a", "shared-b");

    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        for (String name : SHARED) {
            Map<String, Object> sink = Map.of(
                    "name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", name));
            caravan.operation("create", Map.of("name", name, "schema", Map.of("id", "BIGINT"), "steps", List.of(sink)));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    @Test
    void noRequestIsAnsweredWithAFaultOfOursOrNotAtAll() throws Exception {
        String wanted = System.getProperty("fuzz.seed", "1");
        long seed = wanted.equals("random") ? new Random().nextInt() : Long.parseLong(wanted);
        AtomicInteger next = new AtomicInteger();
        Map<Integer, Integer> statuses = new TreeMap<>();
        Map<String, String> findings = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(() -> {
                    for (int at = next.getAndIncrement(); at * IN_A_SEQUENCE < REQUESTS; at = next.getAndIncrement()) {
                        sequence(seed, at, statuses, findings);
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            next.set(REQUESTS);
            threads.shutdown();
        }
        assertThat(findings.values())
                .as("-Dfuzz.seed=" + seed + ", answers by status: " + statuses)
                .isEmpty();
        assertThat(statuses.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(REQUESTS);
        assertThat(statuses.get(200)).as("valid ones").isGreaterThan(REQUESTS / 6);
        assertThat(statuses.get(400)).as("broken ones").isGreaterThan(REQUESTS / 10);
    }

    @Test
    void aMalformedFormIsRefusedLikeAnyOther() throws Exception {
        Map<String, String> form = Map.of(
                "Authorization",
                "Bearer " + RunningCaravan.ADMIN_KEY,
                "Content-Type",
                "application/x-www-form-urlencoded");
        try (RawHttp http = new RawHttp(caravan.address(), HANGS_AFTER_MILLIS)) {
            byte[] body = "a=%%%".getBytes(StandardCharsets.UTF_8);
            FuzzRequest put = new FuzzRequest("PUT", "/api/v1/pipelines/" + SHARED.get(0) + "/offsets", form, body);
            assertThat(http.send(put).status()).isEqualTo(415);
        }
    }

    @Test
    void aMoveThatIsGivenTooLittleTimeIsToldSoInTheContractsWords() throws Exception {
        String body = "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"%s\"},\"options\":{\"timeout\":1}}";
        Map<String, String> headers =
                Map.of("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY, "Content-Type", "application/json");
        Map<String, Object> sink =
                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake", "prefix", "soon"));
        caravan.operation("create", Map.of("name", "soon", "steps", List.of(sink)));
        try (RawHttp http = new RawHttp(caravan.address(), HANGS_AFTER_MILLIS)) {
            byte[] start = body.formatted("soon").getBytes(StandardCharsets.UTF_8);
            FuzzRequest request = new FuzzRequest("POST", Moves.PATH, headers, start);
            RawHttp.Answer answer = http.send(request);
            assertThat(Moves.isTooSoon(request, answer)).as(answer.body()).isTrue();
            check(request, answer);
            byte[] other = body.formatted("soon").replace("start", "get").getBytes(StandardCharsets.UTF_8);
            FuzzRequest get = new FuzzRequest("POST", Moves.PATH, headers, other);
            assertThat(Moves.isTooSoon(get, answer)).as("of any other request").isFalse();
        } finally {
            caravan.operation("delete", Map.of("pipeline", "soon", "force", true));
        }
    }

    /** An event key may have these; what is answered asynchronously has to be over as well, also below such a path. */
    @ParameterizedTest
    @ValueSource(strings = {"..%2F..%2Fetc%2Fhosts", "a%2F%2Fb", "a%2F.%2Fb", "a%2F..%2Fb", "%25", "a%2F"})
    void afterANameThatWouldLeadElsewhereTheConnectionIsThereForTheNextRequest(String name) throws Exception {
        Map<String, String> key = Map.of("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY);
        Map<String, String> once = Map.of(
                "Authorization",
                "Bearer " + RunningCaravan.ADMIN_KEY,
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                name);
        byte[] signal = "{\"payload\": 1}".getBytes(StandardCharsets.UTF_8);
        try (RawHttp http = new RawHttp(caravan.address(), HANGS_AFTER_MILLIS)) {
            FuzzRequest send = new FuzzRequest("POST", "/v1/events/" + name + "/send?buffer_secs=60", once, signal);
            assertThat(http.send(send).status()).isEqualTo(202);
            assertThat(http.send(send).status()).as("again").isEqualTo(202);
            for (String path : List.of("/v1/events/" + name, "/webhooks/" + name, "/api/v1/pipelines/" + name)) {
                RawHttp.Answer answer = http.send(new FuzzRequest("GET", path, key, new byte[0]));
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(answer.body()).as(path).contains(".not_found");
            }
        }
    }

    private static void sequence(long seed, int number, Map<Integer, Integer> statuses, Map<String, String> findings)
            throws Exception {
        Scene scene = new Scene(SHARED, number % STARTS == 0);
        Requests requests = new Requests(new Random(seed + 31L * number), scene);
        try (RawHttp http = new RawHttp(caravan.address(), HANGS_AFTER_MILLIS)) {
            for (int i = 0; i < IN_A_SEQUENCE && findings.size() < ENOUGH; i++) {
                FuzzRequest request = requests.next();
                try {
                    RawHttp.Answer answer = http.send(request);
                    scene.learn(request, answer);
                    synchronized (statuses) {
                        statuses.merge(answer.status(), 1, Integer::sum);
                    }
                    check(request, answer);
                } catch (AssertionError | IOException | RuntimeException e) {
                    String what = e instanceof SocketTimeoutException ? "hangs" : String.valueOf(e.getMessage());
                    findings.putIfAbsent(
                            kind(request, what), "sequence %d, request %d: %s%n%s".formatted(number, i, what, request));
                    http.close();
                }
            }
        } finally {
            tidy(scene);
        }
    }

    /** The same fault of a thousand requests is told once. */
    private static String kind(FuzzRequest request, String what) {
        String[] parts = request.path().split("/");
        String first = parts.length > 1 ? parts[1] : "";
        String last = parts.length > 3 ? parts[parts.length - 1] : "";
        return request.method() + first + last + what.replaceAll("(?s)^.* answered (\\d+ [^:]*: [^\n]{0,30}).*$", "$1");
    }

    private static void check(FuzzRequest request, RawHttp.Answer answer) {
        if (answer.millis() >= HANGS_AFTER_MILLIS) {
            throw new AssertionError("hangs: %d ms".formatted(answer.millis()));
        }
        if (answer.status() >= 500 && !Moves.isTooSoon(request, answer)) {
            throw new AssertionError("%s %s answered %d a fault: %s"
                    .formatted(request.method(), request.path(), answer.status(), answer.body()));
        }
        ContractAnswers.require(request.method(), request.path(), answer.status(), answer.contentType(), answer.body());
    }

    private static void tidy(Scene scene) throws Exception {
        for (String pipeline : scene.own()) {
            int status = caravan.post("delete", Map.of("pipeline", pipeline, "force", true))
                    .statusCode();
            assertThat(status).isIn(200, 404);
        }
        for (String webhook : scene.webhooks()) {
            caravan.send(caravan.request("/webhooks/" + webhook).DELETE());
        }
    }
}
