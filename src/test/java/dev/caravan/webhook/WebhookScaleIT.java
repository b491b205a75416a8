package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testing.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fifty endpoints, ten of them bad, and ten thousand events, each for five of the fifty. */
class WebhookScaleIT {
    private static final int EVENTS = 10_000;
    private static final int ENDPOINTS = 50;
    private static final int BAD = 10;
    private static final Duration GOOD_P99 = Duration.ofSeconds(5);
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

    /** Those that never answer are given up soon, so that there are many of their attempts. */
    private final WebhookScene scene = new WebhookScene(Duration.ofSeconds(3));

    private final Endpoint endpoint = new Endpoint();
    private final Map<String, WebhookEvent> good = new LinkedHashMap<>();
    private final Set<String> bad = new HashSet<>();

    @AfterEach
    void close() {
        scene.close();
        endpoint.close();
    }

    @Test
    void badEndpointsDelayNoOtherAndNothingIsLost() throws Exception {
        subscribe();
        scene.run();
        long[] toldAt = new long[EVENTS];
        WebhookEvent[] events = WebhookEvent.values();
        Outbox outbox = scene.outbox();
        for (int i = 0; i < EVENTS; i++) {
            int number = i;
            toldAt[i] = System.nanoTime();
            scene.transactions.executeWithoutResult(status -> outbox.tell(
                    events[number % events.length], "pl_1", "orders", WebhookScene.PROJECT, Map.of("number", number)));
        }

        int wanted = good.size() * EVENTS / events.length;
        await().atMost(Duration.ofMinutes(3)).until(() -> distinct().size() >= wanted);

        long[] latencies = endpoint.received().stream()
                .filter(received -> good.containsKey(received.path()))
                .mapToLong(received -> received.at() - toldAt[number(received)])
                .sorted()
                .toArray();
        assertThat(latencies).hasSizeGreaterThanOrEqualTo(wanted);
        Duration p99 = Duration.ofNanos(latencies[latencies.length * 99 / 100]);
        assertThat(p99).isLessThan(GOOD_P99);
        for (String path : good.keySet()) {
            assertThat(endpoint.received(path).stream()
                            .map(Endpoint.Received::id)
                            .distinct())
                    .as(path)
                    .hasSize(EVENTS / events.length);
        }
        assertThat(waitingForTheBad())
                .as("what could not be delivered is kept")
                .isEqualTo(bad.size() * EVENTS / events.length);
    }

    private void subscribe() throws IOException {
        WebhookEvent[] events = WebhookEvent.values();
        int dead = Ports.free();
        for (int i = 0; i < ENDPOINTS; i++) {
            WebhookEvent event = events[i % events.length];
            String path = "/" + i;
            if (i >= BAD) {
                scene.subscribe(endpoint.url(path, any -> 200), event);
                good.put(path, event);
            } else {
                String url = List.of(
                                endpoint.url(path, Endpoint.SILENCE),
                                "http://127.0.0.1:" + dead + path,
                                endpoint.url("/broken" + path, any -> 500))
                        .get(i % 3);
                bad.add(scene.subscribe(url, event));
            }
        }
    }

    private Set<String> distinct() {
        Set<String> ids = new HashSet<>();
        endpoint.received().stream()
                .filter(received -> good.containsKey(received.path()))
                .forEach(received -> ids.add(received.id()));
        return ids;
    }

    private static int number(Endpoint.Received received) {
        Matcher number = NUMBER.matcher(received.body());
        assertThat(number.find()).isTrue();
        return Integer.parseInt(number.group(1));
    }

    private int waitingForTheBad() {
        return scene.jdbc
                .sql("SELECT count(*) FROM webhook_delivery WHERE webhook = ANY (:bad) AND status <> 'DELIVERED'")
                .param("bad", bad.toArray(String[]::new))
                .query(Integer.class)
                .single();
    }
}
