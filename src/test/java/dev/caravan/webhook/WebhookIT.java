package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Delivery from the outbox to real endpoints. */
class WebhookIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final WebhookScene scene = new WebhookScene();
    private final Endpoint endpoint = new Endpoint();

    @AfterEach
    void close() {
        scene.close();
        endpoint.close();
    }

    @Test
    void newsReachesThoseWhoAskedForIt() {
        String wanted = scene.subscribe(endpoint.url("/wanted", any -> 200), WebhookEvent.CREATED);
        String other = scene.subscribe(endpoint.url("/other", any -> 200), WebhookEvent.DELETED);
        scene.run();

        scene.tell(WebhookEvent.CREATED);

        await().atMost(SOON).until(() -> scene.only(wanted).status() == WebhookDelivery.Status.DELIVERED);
        assertThat(endpoint.received()).singleElement().satisfies(received -> {
            assertThat(received.path()).isEqualTo("/wanted");
            assertThat(received.id()).isEqualTo(scene.only(wanted).id());
            assertThat(received.body())
                    .startsWith("{\"type\":\"pipeline.created\",\"timestamp\":\"")
                    .endsWith("\"data\":{\"pipeline\":{\"id\":\"pl_1\",\"name\":\"orders\"},\"version\":1}}");
        });
        assertThat(scene.deliveries(other)).isEmpty();
        assertThat(scene.only(wanted).lastCode()).isEqualTo(200);
        assertThat(scene.only(wanted).finishedAt()).isNotNull();
    }

    @Test
    void newsOfAnotherProjectIsNotTold() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        scene.outbox().tell(WebhookEvent.CREATED, "pl_1", "orders", "another", Map.of());
        assertThat(scene.deliveries(webhook)).isEmpty();
    }

    @Test
    void newsOfAChangeThatIsRolledBackIsNotThere() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        scene.transactions.executeWithoutResult(status -> {
            scene.store(WebhookEvent.CREATED);
            status.setRollbackOnly();
        });
        assertThat(scene.deliveries(webhook)).isEmpty();
    }

    @Test
    void attemptsFollowTheScheduleAndThenEnd() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 500), WebhookEvent.CREATED);
        scene.run();
        scene.tell(WebhookEvent.CREATED);

        List<Duration> pauses = new ArrayList<>();
        for (int attempt = 1; attempt <= 7; attempt++) {
            int number = attempt;
            await().atMost(SOON)
                    .until(() -> scene.only(webhook).attempts() == number
                            && scene.only(webhook).lastCode() != null
                            && endpoint.received().size() == number
                            && ended(scene.only(webhook)));
            WebhookDelivery delivery = scene.only(webhook);
            if (delivery.nextAttemptAt() != null) {
                pauses.add(Duration.between(delivery.lastAttemptAt(), delivery.nextAttemptAt()));
                scene.passTime();
            }
        }
        assertThat(scene.only(webhook).status()).isEqualTo(WebhookDelivery.Status.FAILED);
        assertThat(scene.only(webhook).lastError()).isEqualTo("answered 500");
        for (int i = 0; i < pauses.size(); i++) {
            assertThat(pauses.get(i))
                    .isBetween(
                            RetrySchedule.after(i + 1).orElseThrow(),
                            RetrySchedule.after(i + 1).orElseThrow().plusSeconds(10));
        }
        assertThat(pauses).hasSize(6);
        assertThat(endpoint.received().stream().map(Endpoint.Received::id).distinct())
                .as("the id is the same at each attempt")
                .hasSize(1);
    }

    /** While an attempt is under way the next one is a lease away, which is none of the pauses. */
    private static boolean ended(WebhookDelivery delivery) {
        if (delivery.nextAttemptAt() == null) {
            return true;
        }
        Duration pause = Duration.between(delivery.lastAttemptAt(), delivery.nextAttemptAt());
        return pause.compareTo(Duration.ofSeconds(60)) != 0;
    }

    @Test
    void anotherProcessGoesOnWithTheAttempts() {
        AtomicInteger status = new AtomicInteger(503);
        String webhook = scene.subscribe(endpoint.url("/hook", any -> status.get()), WebhookEvent.CREATED);
        WebhookScene.Runner first = scene.run();
        scene.tell(WebhookEvent.CREATED);
        await().atMost(SOON)
                .until(() -> Optional.ofNullable(scene.only(webhook).lastCode()).equals(Optional.of(503)));
        first.stop();
        status.set(200);

        scene.run();

        // the second attempt comes after the five seconds of the schedule
        await().atMost(SOON).until(() -> scene.only(webhook).status() == WebhookDelivery.Status.DELIVERED);
        assertThat(scene.only(webhook).attempts()).isEqualTo(2);
        assertThat(endpoint.received()).hasSize(2);
        assertThat(endpoint.received().get(1).at() - endpoint.received().get(0).at())
                .isGreaterThan(Duration.ofSeconds(4).toNanos());
    }

    @Test
    void whatAProcessDiedOverIsSentByAnotherOneAndTheDeadOneHasNoSayAnyMore() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        scene.tell(WebhookEvent.CREATED);
        List<Message> dead = scene.queue.begin(Map.of(), 10, 10, Duration.ZERO);
        assertThat(dead).hasSize(1);

        scene.run();
        await().atMost(SOON).until(() -> scene.only(webhook).status() == WebhookDelivery.Status.DELIVERED);
        scene.queue.end(List.of(new DeliveryQueue.Ended(dead.get(0), Outcome.answered(500), null)));

        assertThat(scene.only(webhook).status()).isEqualTo(WebhookDelivery.Status.DELIVERED);
        assertThat(scene.only(webhook).attempts()).isEqualTo(2);
    }

    @Test
    void twoReplicasDoNotSendTheSameAttemptTwice() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        scene.run();
        scene.run();
        for (int i = 0; i < 300; i++) {
            scene.tell(WebhookEvent.CREATED);
        }
        await().atMost(SOON).until(() -> scene.count("DELIVERED") == 300);
        assertThat(endpoint.received()).hasSize(300);
        assertThat(endpoint.received().stream().map(Endpoint.Received::id).distinct())
                .hasSize(300);
        assertThat(scene.deliveries(webhook)).allMatch(delivery -> delivery.attempts() == 1);
    }

    @Test
    void anEndpointThatIsGoneIsDisabledAndToldNothingMore() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 410), WebhookEvent.CREATED);
        scene.run();
        scene.tell(WebhookEvent.CREATED);

        await().atMost(SOON)
                .until(() -> scene.store
                                .find(WebhookScene.PROJECT, webhook)
                                .orElseThrow()
                                .disabled()
                        != null);
        assertThat(scene.only(webhook).status()).isEqualTo(WebhookDelivery.Status.FAILED);
        scene.tell(WebhookEvent.CREATED);
        assertThat(scene.deliveries(webhook)).hasSize(1);
    }

    @Test
    void whatWaitsForAnEndpointThatIsGoneIsGivenUp() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 500), WebhookEvent.CREATED);
        scene.run();
        for (int i = 0; i < 5; i++) {
            scene.tell(WebhookEvent.CREATED);
        }
        await().atMost(SOON).until(() -> endpoint.received().size() == 5);
        endpoint.url("/hook", any -> 410);
        scene.tell(WebhookEvent.CREATED);
        await().atMost(SOON).until(() -> scene.count("FAILED") == 6);
        assertThat(scene.deliveries(webhook))
                .anyMatch(delivery -> "the webhook is disabled".equals(delivery.lastError()));
    }

    @Test
    void whatFailsWhenItsEndpointIsKnownToBeGoneIsGivenUpToo() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 500), WebhookEvent.CREATED);
        scene.tell(WebhookEvent.CREATED);
        scene.tell(WebhookEvent.CREATED);
        List<Message> underway = scene.queue.begin(Map.of(), 10, 10, Duration.ofMinutes(1));
        assertThat(underway).hasSize(2);

        scene.queue.end(List.of(new DeliveryQueue.Ended(underway.get(0), Outcome.answered(410), null)));
        Duration pause = Duration.ofSeconds(5);
        scene.queue.end(List.of(new DeliveryQueue.Ended(underway.get(1), Outcome.answered(500), pause)));

        assertThat(scene.deliveries(webhook))
                .hasSize(2)
                .allMatch(delivery -> delivery.status() == WebhookDelivery.Status.FAILED);
    }

    @Test
    void aRedeliverySendsTheSameMessageAgain() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        scene.run();
        scene.tell(WebhookEvent.CREATED);
        await().atMost(SOON).until(() -> scene.only(webhook).status() == WebhookDelivery.Status.DELIVERED);

        WebhookDelivery again =
                scene.store.redeliver(webhook, scene.only(webhook).id()).orElseThrow();

        assertThat(again.status()).isEqualTo(WebhookDelivery.Status.PENDING);
        await().atMost(SOON).until(() -> scene.only(webhook).attempts() == 2);
        await().atMost(SOON).until(() -> scene.only(webhook).status() == WebhookDelivery.Status.DELIVERED);
        assertThat(endpoint.received().get(0).id())
                .isEqualTo(endpoint.received().get(1).id());
        assertThat(endpoint.received().get(0).body())
                .isEqualTo(endpoint.received().get(1).body());
    }

    @Test
    void aRedeliveryThatFailsStartsTheScheduleAgain() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 500), WebhookEvent.CREATED);
        scene.tell(WebhookEvent.CREATED);
        scene.jdbc
                .sql("UPDATE webhook_delivery SET attempts = 7, status = 'FAILED', next_attempt_at = NULL,"
                        + " finished_at = now()")
                .update();
        scene.run();
        scene.store.redeliver(webhook, scene.only(webhook).id());
        await().atMost(SOON)
                .until(() -> scene.only(webhook).attempts() == 8
                        && scene.only(webhook).lastCode() != null);
        await().atMost(SOON).until(() -> ended(scene.only(webhook)));
        assertThat(scene.only(webhook).status()).isEqualTo(WebhookDelivery.Status.PENDING);
    }

    @Test
    void aSlowEndpointDelaysNoOther() {
        scene.subscribe(endpoint.url("/slow", Endpoint.SILENCE), WebhookEvent.CREATED);
        String good = scene.subscribe(endpoint.url("/good", any -> 200), WebhookEvent.CREATED);
        scene.run();
        long start = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            scene.tell(WebhookEvent.CREATED);
        }
        await().atMost(SOON).until(() -> endpoint.received("/good").size() == 200);
        assertThat(endpoint.received("/good"))
                .allMatch(received ->
                        received.at() - start < Duration.ofSeconds(15).toNanos());
        assertThat(endpoint.received("/slow")).as("at most so many at a time").hasSizeLessThan(40);
        assertThat(scene.deliveries(good)).allMatch(delivery -> delivery.attempts() == 1);
    }

    @Test
    void oldDeliveriesAreDeletedAndYoungOnesAreKept() {
        String webhook = scene.subscribe(endpoint.url("/hook", any -> 200), WebhookEvent.CREATED);
        for (int i = 0; i < 3; i++) {
            scene.tell(WebhookEvent.CREATED);
        }
        List<WebhookDelivery> three = scene.deliveries(webhook);
        finish(three.get(0), "31 days");
        finish(three.get(1), "29 days");

        int gone = new Retention(scene.queue, Duration.ofDays(30)).clear();

        assertThat(gone).isEqualTo(1);
        assertThat(scene.deliveries(webhook))
                .extracting(WebhookDelivery::id)
                .containsExactly(three.get(1).id(), three.get(2).id());
    }

    private void finish(WebhookDelivery delivery, String ago) {
        scene.jdbc
                .sql("UPDATE webhook_delivery SET status = 'DELIVERED', next_attempt_at = NULL,"
                        + " finished_at = now() - cast(:ago AS interval) WHERE id = :id")
                .param("ago", ago)
                .param("id", delivery.id())
                .update();
    }
}
