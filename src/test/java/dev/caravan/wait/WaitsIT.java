package dev.caravan.wait;

import static dev.caravan.wait.WaitDatabase.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each row of the tables: what happens to one wait. */
class WaitsIT {
    private static Instance here;

    private final String key = "order:" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        here = new Instance(WaitDatabase.create());
    }

    @AfterAll
    static void stop() {
        here.close();
    }

    @AfterEach
    void nothingIsOutOfStep() {
        WaitDatabase.assertConsistent(here);
    }

    private static Wait received(Waits.Sent sent, boolean replayed) {
        assertThat(sent).isInstanceOf(Waits.Sent.Received.class);
        assertThat(((Waits.Sent.Received) sent).replayed()).isEqualTo(replayed);
        return ((Waits.Sent.Received) sent).found();
    }

    @Test
    void aRegisteredWaitIsWaitingUntilItsTimeOut() {
        Wait wait = here.register(key, 90);

        assertThat(wait.status()).isEqualTo(WaitStatus.WAITING);
        assertThat(wait.expiresAt()).isEqualTo(wait.requestedAt().plusSeconds(90));
        assertThat(wait.requestPayload()).isEqualTo("{\"for\":1}");
        assertThat(here.waits.get("p", key)).isEqualTo(wait);
    }

    @Test
    void aSignalIsReceivedWithItsPayload() {
        here.register(key);

        Wait wait = received(here.send(key, "{\"paid\":true}"), false);

        assertThat(wait.status()).isEqualTo(WaitStatus.RECEIVED);
        assertThat(wait.responsePayload()).isEqualTo("{\"paid\":true}");
        assertThat(wait.sentBy()).isEqualTo("key-1");
        assertThat(wait.receivedAt()).isNotNull().isEqualTo(wait.endedAt());
        assertThat(here.waits.get("p", key)).isEqualTo(wait);
    }

    @Test
    void theSameSignalAgainIsAnsweredWithTheFirst() {
        here.register(key);
        Wait first = received(here.send(key, "{\"a\":1,\"b\":[2.50]}"), false);

        assertThat(received(here.send(key, "{\"b\":[2.5],\"a\":1.0}"), true)).isEqualTo(first);
    }

    @Test
    void anotherSignalIsAConflict() {
        here.register(key);
        here.send(key, "1");

        assertRefused(() -> here.send(key, "2"), WaitReason.ALREADY_RECEIVED);
        assertRefused(() -> here.waits.send("p", key, null, 0, "k"), WaitReason.ALREADY_RECEIVED);
        assertThat(here.waits.get("p", key).responsePayload()).isEqualTo("1");
    }

    @Test
    void asSoonAsAWaitIsOverdueNothingReachesIt() {
        here.register(key);
        here.makeDue(key);

        assertRefused(() -> here.send(key, "1"), WaitReason.TIMED_OUT);
        Wait wait = here.waits.get("p", key);
        assertThat(wait.status()).as("what was told is so").isEqualTo(WaitStatus.TIMED_OUT);
        assertThat(wait.error()).isEqualTo("event trigger timed out");
        assertRefused(() -> here.waits.cancel("p", key, "k"), WaitReason.NOT_WAITING);
        for (String other : new String[] {"-canceled", "-rejected", "-kept"}) {
            here.register(key + other);
            here.makeDue(key + other);
        }
        assertRefused(() -> here.waits.cancel("p", key + "-canceled", "k"), WaitReason.NOT_WAITING);
        assertRefused(() -> here.waits.reject("p", key + "-rejected", "no", "k"), WaitReason.TIMED_OUT);
        assertRefused(() -> here.waits.send("p", key + "-kept", "1", 60, "k"), WaitReason.TIMED_OUT);
    }

    @Test
    void aWaitTimesOutByItselfAndHowLateIsMeasured() {
        here.register(key);
        here.makeDue(key);
        here.clock.timeOut();

        assertThat(here.waits.get("p", key).status()).isEqualTo(WaitStatus.TIMED_OUT);
        assertThat(here.waits.get("p", key).error()).isEqualTo("event trigger timed out");
        assertThat(here.latenessMillis()).isBetween(1_000L, 60_000L);
    }

    @Test
    void aWaitThatTimesOutGetsItsDefault() {
        here.register("p", key, 60, "{\"paid\":false}");
        here.makeDue(key);
        here.clock.timeOut();

        assertThat(here.waits.get("p", key).responsePayload()).isEqualTo("{\"paid\":false}");
    }

    @Test
    void aCanceledWaitTakesNoSignal() {
        here.register(key);

        Wait wait = here.waits.cancel("p", key, "key-2");

        assertThat(wait.status()).isEqualTo(WaitStatus.CANCELED);
        assertThat(wait.error()).isEqualTo("canceled by user");
        assertRefused(() -> here.send(key, "1"), WaitReason.CANCELED);
        assertRefused(() -> here.waits.cancel("p", key, "k"), WaitReason.NOT_WAITING);
    }

    @Test
    void aRejectionEndsTheWaitWithItsReason() {
        here.register(key);

        Wait wait = received(here.waits.reject("p", key, "card refused", "key-3"), false);

        assertThat(wait.status()).isEqualTo(WaitStatus.CANCELED);
        assertThat(wait.rejected()).isTrue();
        assertThat(wait.error()).isEqualTo("card refused");
        assertThat(received(here.waits.reject("p", key, "card refused", "key-3"), true))
                .isEqualTo(wait);
        assertRefused(() -> here.waits.reject("p", key, "other", "k"), WaitReason.CANCELED);
        assertRefused(() -> here.send(key, "1"), WaitReason.CANCELED);
    }

    @Test
    void anUnknownKeyIsNotFound() {
        assertRefused(() -> here.send(key, "1"), WaitReason.NOT_FOUND);
        assertRefused(() -> here.waits.get("p", key), WaitReason.NOT_FOUND);
        assertRefused(() -> here.waits.cancel("p", key, "k"), WaitReason.NOT_FOUND);
        assertRefused(() -> here.waits.reject("p", key, "no", "k"), WaitReason.NOT_FOUND);
    }

    @Test
    void anotherProjectsWaitIsNotThere() {
        here.register("other", key, 60, null);

        assertRefused(() -> here.send(key, "1"), WaitReason.NOT_FOUND);
        assertRefused(() -> here.waits.get("p", key), WaitReason.NOT_FOUND);
        assertRefused(() -> here.waits.cancel("p", key, "k"), WaitReason.NOT_FOUND);
        here.register(key);
        here.send(key, "1");
        assertThat(here.waits.get("other", key).status()).isEqualTo(WaitStatus.WAITING);
    }

    @Test
    void anEarlyEventIsKeptAndGivenToItsWait() {
        assertThat(here.waits.send("p", key, "{\"early\":1}", 60, "key-4")).isInstanceOf(Waits.Sent.Kept.class);
        assertRefused(() -> here.waits.get("p", key), WaitReason.NOT_FOUND);

        Wait wait = here.register(key, 60);

        assertThat(wait.status()).isEqualTo(WaitStatus.RECEIVED);
        assertThat(wait.responsePayload()).isEqualTo("{\"early\":1}");
        assertThat(wait.sentBy()).isEqualTo("key-4");
        assertThat(received(here.send(key, "{\"early\":1}"), true)).isEqualTo(wait);
    }

    @Test
    void anEarlyEventIsKeptOnce() {
        here.waits.send("p", key, "[1]", 60, "k");

        assertThat(here.waits.send("p", key, "[1.0]", 60, "k")).isInstanceOf(Waits.Sent.Kept.class);
        assertRefused(() -> here.waits.send("p", key, "[2]", 60, "k"), WaitReason.ALREADY_RECEIVED);
        assertRefused(() -> here.send(key, "[1]"), WaitReason.NOT_FOUND);
    }

    @Test
    void anEarlyEventThatIsTooOldIsForgotten() {
        here.waits.send("p", key, "1", 60, "k");
        here.makeDue(key);

        assertThat(here.register(key).status()).isEqualTo(WaitStatus.WAITING);

        String other = key + "-other";
        here.waits.send("p", other, "1", 60, "k");
        here.makeDue(other);
        here.clock.timeOut();
        assertThat(here.count("SELECT count(*) FROM wait WHERE event_key = '" + other + "'"))
                .isZero();
    }

    @Test
    void aBufferedSendReachesAWaitThatIsThere() {
        here.register(key);

        received(here.waits.send("p", key, "1", 60, "k"), false);
    }

    @Test
    void aKeyIsTakenWhileSomebodyWaitsAndFreeAfterwards() {
        Wait first = here.register(key);
        assertRefused(() -> here.register(key), WaitReason.KEY_IN_USE);
        here.send(key, "1");

        Wait second = here.register(key);

        assertThat(second.seq()).isGreaterThan(first.seq());
        assertThat(here.waits.get("p", key).id()).isEqualTo(second.id());
        here.waits.cancel("p", key, "k");
        Wait third = here.register(key);
        here.makeDue(key);
        assertThat(here.register(key).seq()).isGreaterThan(third.seq());
    }

    @Test
    void aPayloadMayBeAnythingThatJsonCanSay() {
        here.register(key);
        String hostile = "{\"nul\":\"\\u0000\",\"half\":\"\\ud800\",\"big\":1" + "0".repeat(300) + ",\"e\":1e400}";

        assertThat(received(here.send(key, hostile), false).responsePayload()).isEqualTo(hostile);
        received(here.send(key, hostile), true);
    }

    @Test
    void aLinkAnswersOnce() {
        Wait wait = here.register(key);
        WaitLinks.Link link = here.links
                .create(wait.seq(), WaitLinks.Action.SEND, 60, "key-5")
                .orElseThrow();
        String token = here.links.token(link);
        assertThat(here.links.find(token).target()).isEqualTo(wait.seq());

        assertThat(here.endings.sendByLink(link.id(), "7", "key-5 (link)")).isPresent();
        assertThat(here.endings.sendByLink(link.id(), "8", "key-5 (link)")).isEmpty();
        assertThat(here.links.find(token).used()).isTrue();
        assertThat(here.waits.get("p", key).responsePayload()).isEqualTo("7");
        String forged = token.substring(0, token.length() - 2) + (token.endsWith("AA") ? "BB" : "AA");
        assertRefused(() -> here.links.find(forged), WaitReason.LINK_INVALID);
        assertRefused(() -> here.links.find("nonsense"), WaitReason.LINK_INVALID);
    }

    @Test
    void aLinkIsMadeOnlyForSomebodyWhoWaits() {
        Wait ended = here.register(key);
        here.send(key, "1");
        Wait overdue = here.register(key);
        here.makeDue(key);
        for (long target : new long[] {ended.seq(), overdue.seq(), 0}) {
            assertThat(here.links.create(target, WaitLinks.Action.SEND, 60, "k"))
                    .isEmpty();
        }
    }

    @Test
    void aLinkIsForTheWaitItWasMadeForAndNotForTheNextOfTheKey() {
        Wait wait = here.register(key);
        WaitLinks.Link link =
                here.links.create(wait.seq(), WaitLinks.Action.REJECT, 60, "k").orElseThrow();
        here.send(key, "1");
        here.register(key);

        assertThat(here.endings.rejectByLink(link.id(), "no", "k")).isEmpty();
        assertThat(here.waits.get("p", key).status()).isEqualTo(WaitStatus.WAITING);
    }
}
