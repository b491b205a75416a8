package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caravan.trace.Spans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A sender that ends while endpoints are silent. */
class SenderEndTest {
    private static final Duration TOTAL = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int ROUNDS = Integer.getInteger("webhooks.ends", 8);
    private static final int AT_ONCE = 200;

    private final Logger client = (Logger) LoggerFactory.getLogger("org.apache.hc");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        client.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        client.detachAppender(log);
    }

    /** The client's own threads must not find its pool or their connections taken away under their hands. */
    @Test
    void everyAttemptEndsWithItAndNothingIsLogged() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            int many = AT_ONCE * (1 + round % 3);
            List<CompletableFuture<Outcome>> attempts = new ArrayList<>();
            try (ServerSocket silent = new ServerSocket(0, many, InetAddress.getByName("127.0.0.1"));
                    Sender sender = sender()) {
                for (int i = 0; i < many; i++) {
                    attempts.add(sender.send(message(silent)));
                }
            }
            assertThat(attempts)
                    .allSatisfy(attempt -> assertThat(attempt).succeedsWithin(SOON))
                    .noneMatch(attempt -> attempt.join().delivered());
        }
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    private static Sender sender() {
        Addresses addresses = new Addresses(host -> new InetAddress[] {InetAddress.getByName(host)}, true);
        return new Sender(
                addresses,
                WebhookClient.open(TOTAL, TOTAL, ClientTlsStrategyBuilder.create()),
                TOTAL,
                Clock.systemUTC(),
                Spans.OFF);
    }

    private static Message message(ServerSocket server) throws IOException {
        String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
        return new Message("msg_1", "wh_1", url, Secret.make(), "pipeline.created", Instant.EPOCH, "{}", 1, 0, null);
    }
}
