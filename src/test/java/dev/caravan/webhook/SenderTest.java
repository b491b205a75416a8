package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.testing.Ports;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One attempt against a real HTTP server. */
class SenderTest {
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Secret SECRET = Secret.make();

    private final Endpoint endpoint = new Endpoint();
    private final AtomicInteger lookups = new AtomicInteger();
    private Sender sender = sender(true, host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")});

    private Sender sender(boolean allowPrivate, Addresses.Lookup lookup) {
        return sender(allowPrivate, lookup, PATIENT);
    }

    private Sender sender(boolean allowPrivate, Addresses.Lookup lookup, Duration total) {
        Addresses addresses = new Addresses(
                host -> {
                    lookups.incrementAndGet();
                    return lookup.all(host);
                },
                allowPrivate);
        return new Sender(
                addresses,
                WebhookClient.open(PATIENT, total, ClientTlsStrategyBuilder.create()),
                total,
                Clock.systemUTC(),
                Spans.OFF);
    }

    @AfterEach
    void close() {
        sender.close();
        endpoint.close();
    }

    private Outcome send(String url) {
        return sender.send(message(url)).join();
    }

    private static Message message(String url) {
        Instant when = Instant.parse("2026-01-02T03:04:05.678901Z");
        return new Message("msg_1", "wh_1", url, SECRET, "pipeline.created", when, "{\"name\":\"ä\"}", 1, 0, null);
    }

    @Test
    void aKeptConnectionThatTheOtherSideHasClosedIsNoFailureOfTheEndpoint() throws IOException {
        try (ForgetfulEndpoint forgetful = new ForgetfulEndpoint()) {
            assertThat(send(forgetful.url())).isEqualTo(Outcome.answered(200));
            assertThat(send(forgetful.url())).isEqualTo(Outcome.answered(200));
            assertThat(forgetful.connections()).isEqualTo(2);
        }
    }

    @Test
    void everyAttemptIsInTheTraceOfItsCauseOrInOneOfTheMessage() {
        TraceContext batch = TraceContext.begin();
        assertThat(attempt(1, batch).trace().traceId()).isEqualTo(batch.traceId());
        assertThat(attempt(2, batch).trace().spanId())
                .isNotEqualTo(attempt(1, batch).trace().spanId());
        assertThat(attempt(1, null).trace().traceId())
                .isEqualTo(attempt(2, null).trace().traceId());

        send(endpoint.url("/hook", any -> 200));
        assertThat(endpoint.received().get(0).header("traceparent"))
                .isEqualTo(message("").trace().traceparent());
    }

    private static Message attempt(int number, TraceContext cause) {
        return new Message("msg_1", "wh_1", "", SECRET, "pipeline.written", Instant.EPOCH, "{}", number, 0, cause);
    }

    @Test
    void aMessageArrivesSignedAsTheStandardSays() throws Exception {
        Outcome outcome = send(endpoint.url("/hook", any -> 204) + "?a=b");

        assertThat(outcome).isEqualTo(new Outcome(204, null));
        Endpoint.Received received = endpoint.received().get(0);
        assertThat(received.body())
                .isEqualTo("{\"type\":\"pipeline.created\",\"timestamp\":\"2026-01-02T03:04:05.678Z\","
                        + "\"data\":{\"name\":\"ä\"}}");
        assertThat(received.header("Content-Type")).startsWith("application/json");
        assertThat(received.id()).isEqualTo("msg_1");
        new Webhook(SECRET.text()).verify(received.body(), lowerCase(received));
    }

    static java.util.Map<String, java.util.List<String>> lowerCase(Endpoint.Received received) {
        java.util.Map<String, java.util.List<String>> headers = new java.util.TreeMap<>();
        received.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
        return headers;
    }

    @Test
    void aRedirectIsAFailureAndIsNotFollowed() {
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            Outcome outcome = send(endpoint.url("/hook", any -> status));
            assertThat(outcome.delivered()).isFalse();
            assertThat(outcome.code()).isEqualTo(status);
            assertThat(outcome.error()).contains("redirect");
        }
        assertThat(endpoint.received("/redirected")).isEmpty();
    }

    @Test
    void everythingButTwoHundredsIsAFailure() {
        for (int status : new int[] {400, 404, 410, 429, 500, 503}) {
            Outcome outcome = send(endpoint.url("/hook", any -> status));
            assertThat(outcome.delivered()).isFalse();
            assertThat(outcome.gone()).isEqualTo(status == 410);
            assertThat(outcome.error()).isEqualTo("answered " + status);
        }
        assertThat(endpoint.received())
                .as("no attempt is repeated by the client")
                .hasSize(6);
    }

    @Test
    void silenceEndsAfterTheTimeLimit() {
        sender.close();
        sender = sender(true, InetAddress::getAllByName, Duration.ofSeconds(2));
        assertThat(send(endpoint.url("/hook", Endpoint.SILENCE)).error()).isEqualTo("no answer within 2 s");
    }

    @Test
    void anEndpointThatIsNotThereIsAFailure() throws IOException {
        Outcome outcome = send("http://127.0.0.1:" + Ports.free() + "/");
        assertThat(outcome.code()).isNull();
        assertThat(outcome.error()).contains("connection");
    }

    @Test
    void anEndlessBodyIsCutOffAndTheStatusCounts() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        AtomicInteger written = new AtomicInteger();
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                while (written.addAndGet(1) < 100_000) {
                    body.write(new byte[10_000]);
                }
            }
        });
        server.start();
        try {
            Outcome outcome = send("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            assertThat(outcome.delivered()).isTrue();
            assertThat(written).hasValueLessThan(100_000);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theConnectionGoesToTheAddressThatWasCheckedAndTheNameIsLookedUpOnce() {
        endpoint.url("/hook", any -> 200);

        Outcome outcome = send("http://hooks.test:" + endpoint.port() + "/hook");

        assertThat(outcome.delivered()).as(outcome.toString()).isTrue();
        assertThat(endpoint.received().get(0).header("Host")).isEqualTo("hooks.test:" + endpoint.port());
        assertThat(lookups).hasValue(1);
    }

    @Test
    void aNameThatLeadsToAPrivateAddressNowIsNotConnectedTo() {
        sender.close();
        AtomicInteger asked = new AtomicInteger();
        sender = sender(false, host ->
                new InetAddress[] {InetAddress.getByName(asked.getAndIncrement() == 0 ? "203.0.114.1" : "127.0.0.1")});
        String url = "https://rebind.example.com:" + endpoint.port() + "/hook";
        TargetUrl target = TargetUrl.parse(url, false);

        assertThat(new Addresses(host -> new InetAddress[] {InetAddress.getByName("203.0.114.1")}, false)
                        .of(target)
                        .join())
                .isNotEmpty();
        asked.set(1);
        Outcome outcome = send(url);

        assertThat(outcome.error()).contains("loopback");
        assertThat(endpoint.received()).isEmpty();
    }

    @Test
    void aUrlThatIsNoLongerAllowedIsNotConnectedTo() {
        sender.close();
        sender = sender(false, InetAddress::getAllByName);
        assertThat(send(endpoint.url("/hook", any -> 200)).error()).contains("https://");
        assertThat(send("https://127.0.0.1:" + endpoint.port() + "/hook").error())
                .contains("loopback");
        assertThat(endpoint.received()).isEmpty();
    }

    @Test
    void aNameThatIsNotKnownIsAFailure() {
        sender.close();
        sender = sender(true, host -> {
            throw new UnknownHostException(host);
        });
        assertThat(send("http://nowhere.test/").error()).isEqualTo("the name of the host is not known");
    }
}
