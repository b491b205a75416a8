package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.Servers;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code /v1/events} where two replicas share a database: what is done at one is seen at the other. */
class WaitReplicasIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static RunningCaravan here;
    private static RunningCaravan there;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = "shared-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        DatabaseConnection database = Servers.newDatabase();
        here = RunningCaravan.start(Servers.settings(database));
        there = RunningCaravan.start(Servers.settings(database));
    }

    @AfterAll
    static void stop() throws Exception {
        here.close();
        there.close();
    }

    private static HttpResponse<String> post(RunningCaravan replica, String path, String body) throws Exception {
        return replica.send(
                replica.request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private static JsonNode body(int status, HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private static void refused(int status, String reason, HttpResponse<String> answer) throws Exception {
        assertThat(body(status, answer).path("reason").asText()).isEqualTo(reason);
    }

    private static JsonNode register(RunningCaravan replica, String name, int secs) throws Exception {
        return body(201, post(replica, "/v1/events", """
                {"event_key": "%s", "source_type": "job_run", "job_run_id": "j", "timeout_secs": %d,
                 "default_payload": {"by": "nobody"}}""".formatted(name, secs)));
    }

    private String at(String rest) {
        return "/v1/events/" + key + rest;
    }

    /** A client of a status stream. */
    private final class Stream implements AutoCloseable {
        private final HttpResponse<java.io.InputStream> answer;
        private final BufferedReader lines;

        Stream(RunningCaravan replica, String lastEventId) throws Exception {
            HttpRequest.Builder request = replica.request(at("/stream")).timeout(Duration.ofSeconds(60));
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            answer = http.send(request.build(), BodyHandlers.ofInputStream());
            lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        }

        /** Its id and its data; empty at the end of the stream. Signs of life are passed over. */
        List<String> frame() throws Exception {
            String id = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty() && !data.isEmpty()) {
                    return List.of(id, data);
                }
            }
            return List.of();
        }

        void endsWith(String status) throws Exception {
            assertThat(JSON.readTree(frame().get(1)).path("status").asText()).isEqualTo(status);
            assertThat(frame()).isEmpty();
        }

        @Override
        public void close() throws Exception {
            answer.body().close();
        }
    }

    @Test
    void aStreamTellsWhatIsDoneAtTheOtherReplicaAndGoesOnThere() throws Exception {
        register(there, key, 600);
        String id;
        try (Stream first = new Stream(here, null);
                Stream other = new Stream(here, null)) {
            List<String> frame = first.frame();
            id = frame.get(0);
            assertThat(JSON.readTree(frame.get(1)).path("status").asText()).isEqualTo("waiting");
            assertThat(other.frame().get(0)).isEqualTo(id);
            first.close();
            body(200, post(there, at("/send"), "{\"payload\": {\"by\": \"card\"}}"));
            other.endsWith("received");
        }
        // the key is used again meanwhile, and the client comes back at the other replica
        register(here, key, 600);
        try (Stream again = new Stream(there, id)) {
            List<String> frame = again.frame();
            assertThat(JSON.readTree(frame.get(1)).at("/response_payload/by").asText())
                    .isEqualTo("card");
            assertThat(again.frame()).isEmpty();
            for (RunningCaravan replica : List.of(here, there)) {
                try (Stream seen = new Stream(replica, frame.get(0))) {
                    assertThat(seen.answer.statusCode()).isEqualTo(204);
                }
            }
        }
        try (Stream next = new Stream(there, null)) {
            assertThat(JSON.readTree(next.frame().get(1)).path("status").asText())
                    .isEqualTo("waiting");
            body(200, here.send(here.request(at("")).DELETE()));
            next.endsWith("canceled");
        }
    }

    @Test
    void aTimeOutIsToldAtBothReplicasWithTheDefault() throws Exception {
        register(there, key, 1);
        try (Stream one = new Stream(here, null);
                Stream other = new Stream(there, null)) {
            for (Stream stream : List.of(one, other)) {
                List<String> frame = stream.frame();
                if (JSON.readTree(frame.get(1)).path("status").asText().equals("waiting")) {
                    frame = stream.frame();
                }
                JsonNode end = JSON.readTree(frame.get(1));
                assertThat(end.path("status").asText()).isEqualTo("timed_out");
                assertThat(end.at("/response_payload/by").asText()).isEqualTo("nobody");
                assertThat(end.path("error").asText()).isEqualTo("event trigger timed out");
                assertThat(stream.frame()).isEmpty();
            }
        }
        refused(410, "wait.timed_out", post(here, at("/send"), "{}"));
        refused(409, "wait.not_waiting", there.send(there.request(at("")).DELETE()));
        register(here, key, 600);
        refused(409, "wait.key_in_use", post(there, "/v1/events", """
                {"event_key": "%s", "source_type": "job_run", "job_run_id": "other"}""".formatted(key)));
    }

    private JsonNode link(RunningCaravan replica, String action) throws Exception {
        return body(201, post(replica, at("/links"), "{\"action\": \"" + action + "\", \"expires_secs\": 600}"));
    }

    private static HttpResponse<String> use(RunningCaravan replica, String token, String body) throws Exception {
        return ContractHttp.send(HttpRequest.newBuilder(replica.address().resolve("/v1/callbacks/" + token))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private static String token(JsonNode link) {
        String path = URI.create(link.path("url").asText()).getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Test
    void aLinkWorksAtEveryReplicaAndOnceInAll() throws Exception {
        register(here, key, 600);
        String token = token(link(here, "send"));
        List<CompletableFuture<HttpResponse<String>>> uses = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            RunningCaravan replica = i % 2 == 0 ? here : there;
            String payload = "{\"payload\": " + i + "}";
            uses.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return use(replica, token, payload);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        int worked = 0;
        for (CompletableFuture<HttpResponse<String>> each : uses) {
            HttpResponse<String> answer = each.get(60, TimeUnit.SECONDS);
            if (answer.statusCode() == 200) {
                worked++;
            } else {
                refused(410, "wait.link_used", answer);
            }
        }
        assertThat(worked).isEqualTo(1);
        JsonNode wait = body(200, there.send(there.request(at(""))));
        assertThat(wait.path("status").asText()).isEqualTo("received");
        assertThat(wait.path("sent_by").asText()).endsWith(" (link)");
    }

    @Test
    void aLinkRejectsWithAReasonAndNotAfterItsTime() throws Exception {
        register(here, key, 600);
        JsonNode late = link(here, "send");
        JsonNode rejecting = link(there, "reject");
        assertThat(late.path("action").asText()).isEqualTo("send");
        here.bean(JdbcClient.class)
                .sql("UPDATE wait_link SET expires_at = now() - interval '1 second' WHERE action = 'send'"
                        + " AND wait = (SELECT seq FROM wait WHERE event_key = ?)")
                .param(key)
                .update();
        refused(410, "wait.link_expired", use(there, token(late), "{\"payload\": 1}"));
        HttpRequest look = HttpRequest.newBuilder(there.address().resolve("/v1/callbacks/" + token(late)))
                .build();
        assertThat(body(200, ContractHttp.send(look)).path("usable").asBoolean())
                .isFalse();

        String token = token(rejecting);
        String forged = (token.charAt(0) == 'A' ? 'B' : 'A') + token.substring(1);
        for (String wrong : List.of(forged, token + "A", token.substring(1), "x")) {
            refused(404, "wait.link_invalid", use(there, wrong, "{\"reason\": \"no\"}"));
        }
        refused(400, "web.invalid_fields", use(there, token, "{}"));
        refused(400, "web.invalid_fields", use(there, token, "{\"payload\": 1}"));
        assertThat(body(200, use(there, token, "{\"reason\": \"no money\"}"))
                        .path("status")
                        .asText())
                .isEqualTo("canceled");
        JsonNode wait = body(200, here.send(here.request(at(""))));
        assertThat(wait.path("error").asText()).isEqualTo("no money");
        refused(410, "wait.link_used", use(here, token, "{\"reason\": \"no money\"}"));
        refused(410, "wait.canceled", post(here, at("/links"), "{\"action\": \"send\"}"));
    }

    @Test
    void aLinkIsOfNoUseWhenItsWaitHasEndedAndNotForTheNextOne() throws Exception {
        register(here, key, 600);
        String token = token(link(here, "send"));
        body(200, post(there, at("/send"), "{\"payload\": 1}"));
        refused(409, "wait.already_received", use(here, token, "{\"payload\": 1}"));
        register(here, key, 600);
        refused(409, "wait.already_received", use(there, token, "{\"payload\": 2}"));
        assertThat(body(200, here.send(here.request(at("")))).path("status").asText())
                .isEqualTo("waiting");
    }

    @Test
    void pagesMissAndRepeatNothingWhileWaitsComeAndEnd() throws Exception {
        for (int i = 0; i < 60; i++) {
            register(i % 2 == 0 ? here : there, key + "-" + i, 600);
        }
        // all of the same moment, as the rows of one statement would be
        here.bean(JdbcClient.class)
                .sql("UPDATE wait SET requested_at = now() WHERE event_key LIKE ?")
                .param(key + "-%")
                .update();
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int page = 0;
        do {
            RunningCaravan replica = page++ % 2 == 0 ? here : there;
            JsonNode found = body(
                    200,
                    replica.send(
                            replica.request("/v1/events?project_id=default&limit=7&prefix=" + key + "-" + cursor)));
            found.path("data").forEach(wait -> seen.add(wait.path("event_key").asText()));
            post(there, at("-" + page + "/send"), "{}");
            register(here, key + "-later-" + page, 600);
            cursor = found.path("has_more").asBoolean()
                    ? "&cursor=" + found.path("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(60).doesNotHaveDuplicates().noneMatch(name -> name.contains("later"));
    }
}
