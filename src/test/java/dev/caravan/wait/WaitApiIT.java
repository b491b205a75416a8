package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.util.UriUtils;

/** {@code /v1/events} over HTTP, as the documented API has it. */
class WaitApiIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEEP_ALIVE = ": keepalive\n\n";
    private static RunningCaravan caravan;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = "order:" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(caravan.address() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY);
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return ContractHttp.send(
                request(path).POST(BodyPublishers.ofString(body)).build());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return ContractHttp.send(request(path).GET().build());
    }

    private String at(String name) {
        return "/v1/events/" + UriUtils.encode(name, StandardCharsets.UTF_8);
    }

    private JsonNode register(String name, int secs) throws Exception {
        HttpResponse<String> answer = post("/v1/events", """
                {"event_key": %s, "source_type": "job_run", "job_run_id": "job-7", "timeout_secs": %d,
                 "request_payload": {"order": 42}}""".formatted(JSON.writeValueAsString(name), secs));
        return answered(answer, 201);
    }

    private static JsonNode answered(HttpResponse<String> answer, int status) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        return JSON.readTree(answer.body());
    }

    private static void refused(HttpResponse<String> answer, int status, String reason) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(JSON.readTree(answer.body()).path("reason").asText()).isEqualTo(reason);
    }

    @Test
    void aWaitIsRegisteredSentToAndSeen() throws Exception {
        JsonNode made = register(key, 60);
        assertThat(made.path("status").asText()).isEqualTo("waiting");
        assertThat(made.path("source_type").asText()).isEqualTo("job_run");
        assertThat(made.path("job_run_id").asText()).isEqualTo("job-7");
        assertThat(made.path("request_payload").path("order").asInt()).isEqualTo(42);
        assertThat(made.path("requested_at").asText()).endsWith("Z");

        JsonNode sent = answered(post(at(key) + "/send", "{\"payload\": {\"paid\": [true, null]}}"), 200);
        assertThat(sent.path("status").asText()).isEqualTo("received");
        assertThat(sent.path("response_payload").toString()).isEqualTo("{\"paid\":[true,null]}");
        assertThat(sent.path("sent_by").asText()).isNotBlank();
        assertThat(answered(get(at(key)), 200)).isEqualTo(sent);

        HttpResponse<String> again = post(at(key) + "/send", "{\"payload\": {\"paid\": [true, null]}}");
        assertThat(answered(again, 200)).isEqualTo(sent);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        refused(post(at(key) + "/send", "{\"payload\": 1}"), 409, "wait.already_received");
        refused(post(at(key) + "/send", ""), 409, "wait.already_received");
        refused(ContractHttp.send(request(at(key)).DELETE().build()), 409, "wait.not_waiting");
    }

    @Test
    void cancelRejectAndWhatComesAfter() throws Exception {
        register(key, 60);
        JsonNode canceled = answered(ContractHttp.send(request(at(key)).DELETE().build()), 200);
        assertThat(canceled.path("status").asText()).isEqualTo("canceled");
        refused(post(at(key) + "/send", "{}"), 410, "wait.canceled");

        register(key, 60);
        JsonNode rejected = answered(post(at(key) + "/reject", "{\"reason\": \"card refused\"}"), 200);
        assertThat(rejected.path("error").asText()).isEqualTo("card refused");
        refused(post(at(key) + "/reject", "{}"), 400, "web.invalid_fields");
        refused(post(at(key + "?") + "/reject", "{\"reason\":\"x\"}"), 404, "wait.not_found");
    }

    @Test
    void anEarlyEventIsKeptOnRequest() throws Exception {
        refused(post(at(key) + "/send", "{}"), 404, "wait.not_found");
        JsonNode kept = answered(post(at(key) + "/send?buffer_secs=60", "{\"payload\": 5}"), 202);
        assertThat(kept.path("buffered").asBoolean()).isTrue();
        assertThat(register(key, 60).path("response_payload").asInt()).isEqualTo(5);
        refused(post(at(key) + "/send", "{\"payload\": 1e99999999999}"), 400, "web.malformed_json");
        refused(post(at(key) + "/send?buffer_secs=0", "{}"), 400, "wait.invalid_parameter");
        refused(post(at(key) + "/send?buffer_secs=604801", "{}"), 400, "wait.invalid_parameter");
    }

    @Test
    void aTimeOutComesBySelf() throws Exception {
        register(key, 1);
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        answered(get(at(key)), 200).path("status").asText())
                .isEqualTo("timed_out"));
        refused(post(at(key) + "/send", "{}"), 410, "wait.timed_out");
    }

    @Test
    void theListAsDocumented() throws Exception {
        String prefix = "list-" + UUID.randomUUID();
        for (int i = 0; i < 3; i++) {
            register(prefix + i, 60);
        }
        String path = "/v1/events?project_id=default&limit=2&prefix=" + prefix;
        JsonNode first = answered(get(path), 200);
        assertThat(first.path("data")).hasSize(2);
        assertThat(first.path("has_more").asBoolean()).isTrue();
        JsonNode second =
                answered(get(path + "&cursor=" + first.path("next_cursor").asText()), 200);
        assertThat(second.path("data")).hasSize(1);
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(second.has("next_cursor")).isFalse();
        String time = first.path("data").get(1).path("requested_at").asText();
        assertThat(answered(get(path + "&cursor=" + time), 200).path("data")).isEqualTo(second.path("data"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=lost",
                "source_type=x",
                "limit=0",
                "limit=101",
                "limit=x",
                "since=yesterday",
                "until=1",
                "foo=1",
                "limit=1&limit=2"
            })
    void aWrongParameterIsRefused(String query) throws Exception {
        refused(get("/v1/events?project_id=default&" + query), 400, "wait.invalid_parameter");
    }

    @Test
    void theProjectIsTheKeys() throws Exception {
        refused(get("/v1/events?project_id=other"), 403, "wait.other_project");
        refused(get("/v1/events"), 400, "wait.invalid_parameter");
        refused(get("/v1/events?project_id=default&cursor=abc"), 400, "web.invalid_cursor");
    }

    @Test
    void statisticsAndPurge() throws Exception {
        register(key, 60);
        post(at(key) + "/send", "{}");
        JsonNode stats = answered(get("/v1/events/stats"), 200);
        assertThat(stats.path("received_count").asLong()).isPositive();
        assertThat(stats.path("total_count").asLong())
                .isEqualTo(stats.path("waiting_count").asLong()
                        + stats.path("received_count").asLong()
                        + stats.path("timed_out_count").asLong()
                        + stats.path("canceled_count").asLong());
        JsonNode dry = answered(post("/v1/events/purge", "{\"older_than_days\": 1, \"dry_run\": true}"), 200);
        assertThat(dry.toString()).isEqualTo("{\"deleted\":0,\"dry_run\":true,\"would_delete\":0}");
        refused(post("/v1/events/purge", "{}"), 400, "web.invalid_fields");
        refused(post("/v1/events/purge", "{\"older_than_days\": 36501}"), 400, "web.invalid_fields");
    }

    @Test
    void aPrefixSendNamesWhatItReached() throws Exception {
        String prefix = "pre%_/" + UUID.randomUUID();
        register(prefix + "a", 60);
        register(prefix + "b", 60);
        JsonNode sent = answered(
                post("/v1/events/prefix/" + UriUtils.encode(prefix, StandardCharsets.UTF_8) + "/send", "{}"), 200);
        assertThat(sent.path("resolved").asInt()).isEqualTo(2);
        assertThat(sent.path("triggers")).hasSize(2);
        assertThat(sent.path("remaining").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "a/b",
                "100%",
                "semi;colon",
                "quest?ion#hash",
                "ünïcode 日本",
                "plus+and space",
                "dots..",
                "a//b",
                "%2F"
            })
    void aKeyMayHaveAnyPrintableCharacter(String name) throws Exception {
        register(name, 60);
        assertThat(answered(get(at(name)), 200).path("event_key").asText()).isEqualTo(name);
        assertThat(answered(post(at(name) + "/send", "{\"payload\":1}"), 200)
                        .path("event_key")
                        .asText())
                .isEqualTo(name);
    }

    @Test
    void aKeyThatCannotBeIsRefused() throws Exception {
        refused(get(at("x".repeat(513))), 400, "wait.invalid_parameter");
        refused(get("/v1/events/a%00b"), 400, "web.malformed_request");
        refused(get("/v1/events/a%07b"), 400, "wait.invalid_parameter");
        refused(
                post("/v1/events", "{\"event_key\":\"a\\u0000b\",\"source_type\":\"job_run\",\"job_run_id\":\"j\"}"),
                400,
                "web.malformed_json");
        for (String name : List.of("stats", "..", "", "é".repeat(257))) {
            refused(
                    post(
                            "/v1/events",
                            "{\"event_key\":\"" + name + "\",\"source_type\":\"job_run\",\"job_run_id\":\"j\"}"),
                    400,
                    "web.invalid_fields");
        }
    }

    @Test
    void aLinkWorksOnceAndWithoutAKey() throws Exception {
        register(key, 60);
        JsonNode link = answered(post(at(key) + "/links", "{\"action\": \"send\", \"expires_secs\": 60}"), 201);
        URI url = URI.create(link.path("url").asText());
        HttpRequest look = HttpRequest.newBuilder(url).build();
        assertThat(answered(ContractHttp.send(look), 200).path("usable").asBoolean())
                .isTrue();
        HttpRequest use = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"payload\": \"yes\"}"))
                .build();
        assertThat(answered(ContractHttp.send(use), 200).path("status").asText())
                .isEqualTo("received");
        refused(ContractHttp.send(use), 410, "wait.link_used");
        assertThat(answered(get(at(key)), 200).path("response_payload").asText())
                .isEqualTo("yes");
    }

    @Test
    void aStreamShowsTheWaitAndThenItsEnd() throws Exception {
        register(key, 60);
        CompletableFuture<HttpResponse<InputStream>> opening =
                http.sendAsync(request(at(key) + "/stream").GET().build(), BodyHandlers.ofInputStream());
        try (InputStream stream = opening.get().body()) {
            String first = event(stream);
            assertThat(first).contains("event: status", "\"status\":\"waiting\"");
            post(at(key) + "/send", "{\"payload\": 1}");
            String second = event(stream);
            assertThat(second).contains("\"status\":\"received\"", "\"response_payload\":1");
            assertThat(stream.read()).isEqualTo(-1);
            String id = second.lines()
                    .filter(line -> line.startsWith("id: "))
                    .findFirst()
                    .orElseThrow()
                    .substring(4);
            HttpResponse<String> seen = http.send(
                    request(at(key) + "/stream")
                            .header("Last-Event-ID", id)
                            .GET()
                            .build(),
                    BodyHandlers.ofString());
            assertThat(seen.statusCode()).isEqualTo(204);
        }
    }

    @Test
    void aStreamFollowsItsWaitAlsoWhenTheKeyIsUsedAgain() throws Exception {
        register(key, 60);
        HttpResponse<InputStream> open =
                http.send(request(at(key) + "/stream").GET().build(), BodyHandlers.ofInputStream());
        String first = event(open.body());
        open.body().close();
        String id = first.lines()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow()
                .substring(4);
        post(at(key) + "/send", "{\"payload\": \"old\"}");
        register(key, 60);

        HttpResponse<String> rest = http.send(
                request(at(key) + "/stream").header("Last-Event-ID", id).GET().build(), BodyHandlers.ofString());

        assertThat(rest.body()).contains("\"response_payload\":\"old\"").doesNotContain("waiting");
    }

    @Test
    void aStreamTellsATimeOutAndASignalThatCameElsewhere() throws Exception {
        register(key, 1);
        HttpResponse<String> timedOut =
                ContractHttp.send(request(at(key) + "/stream").GET().build());
        assertThat(timedOut.body()).contains("\"status\":\"timed_out\"");

        register(key, 60);
        CompletableFuture<HttpResponse<String>> streaming =
                http.sendAsync(request(at(key) + "/stream").GET().build(), BodyHandlers.ofString());
        org.awaitility.Awaitility.await()
                .until(() -> caravan.bean(WaitStreams.class).open() > 0);
        // as another replica would, which this one hears nothing of
        caravan.bean(WaitEndings.class).send(new Sending("default", key, "2", "elsewhere", null));
        assertThat(streaming.get().body()).contains("\"response_payload\":2");
        org.awaitility.Awaitility.await()
                .until(() -> caravan.bean(WaitStreams.class).open() == 0);
    }

    @Test
    void aStreamOnWhichNothingHappensShowsSignsOfLife() throws Exception {
        register(key, 60);
        HttpResponse<InputStream> streaming =
                http.send(request(at(key) + "/stream").GET().build(), BodyHandlers.ofInputStream());
        try (InputStream stream = streaming.body()) {
            assertThat(event(stream)).contains("\"status\":\"waiting\"");
            // what the clock does each 15 s
            caravan.bean(WaitStreams.class).keepAlive();
            assertThat(frame(stream)).isEqualTo(KEEP_ALIVE);
            // ends the stream as well
            caravan.bean(Waits.class).cancel("default", key, "k");
            assertThat(event(stream)).contains("\"status\":\"canceled\"");
        }
    }

    @Test
    void aStreamOfNothingIsNotFound() throws Exception {
        refused(get(at(key) + "/stream"), 404, "wait.not_found");
        refused(get(at(key) + "/stream/"), 404, "wait.not_found");
        HttpResponse<String> stranger = http.send(
                HttpRequest.newBuilder(URI.create(caravan.address() + at(key) + "/stream"))
                        .build(),
                BodyHandlers.ofString());
        refused(stranger, 401, "access.missing_key");
    }

    /** The next frame that tells something: a sign of life may come at any moment. */
    private static String event(InputStream stream) throws Exception {
        String frame;
        do {
            frame = frame(stream);
        } while (frame.equals(KEEP_ALIVE));
        return frame;
    }

    private static String frame(InputStream stream) throws Exception {
        StringBuilder frame = new StringBuilder();
        for (int next = stream.read(); next != -1; next = stream.read()) {
            frame.append((char) next);
            if (frame.length() > 1 && frame.substring(frame.length() - 2).equals("\n\n")) {
                break;
            }
        }
        return frame.toString();
    }
}
