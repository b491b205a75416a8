package dev.caravan.wait;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Problem;
import dev.caravan.wait.WaitEndings.Try;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What can be done with waits. Payloads are JSON texts, written by {@link StrictJson}. */
@Component
public final class Waits {
    /**
     * Each try that meets a change in flight sees it done at the next; so many in a row mean that something is wrong. One that
     * meets an overdue wait ends it: so what a caller is told is what becomes of it, also when somebody came in time and is
     * not done yet.
     */
    private static final int TRIES = 50;

    private final WaitCreation creation;
    private final BulkParking bulk;
    private final WaitEndings endings;
    private final SendingRows rows;
    private final GatheredSends gathered;
    private final WaitQueries queries;
    private final WaitStreams streams;

    Waits(
            WaitCreation creation,
            BulkParking bulk,
            WaitEndings endings,
            SendingRows rows,
            WaitQueries queries,
            WaitStreams streams) {
        this.creation = creation;
        this.bulk = bulk;
        this.endings = endings;
        this.rows = rows;
        this.gathered = new GatheredSends(rows);
        this.queries = queries;
        this.streams = streams;
    }

    /** What became of a signal. */
    public sealed interface Sent {
        /** @param replayed whether it was the same that the wait had received already */
        record Received(Wait found, boolean replayed) implements Sent {}

        /** It is kept until its wait comes. */
        record Kept() implements Sent {}
    }

    /** @return the wait, which an event that was sent early may have ended already */
    Wait register(Registration registration) {
        Optional<Wait> made = creation.register(registration);
        if (made.isEmpty()) {
            // an overdue wait has no right to the key; nobody has come to end it yet
            endings.timeOut(registration.project(), registration.key());
            made = creation.register(registration);
        }
        return made.orElseThrow(() -> new Problem(
                WaitReason.KEY_IN_USE,
                "Somebody waits for this event key already: cancel that wait, or choose another key."));
    }

    /**
     * Has rows of a pipeline wait: one statement, part of the transaction around it.
     *
     * @param rows each with another key
     * @return the keys that are waited for now; a row whose key is not among them cannot wait, because another one does
     */
    public Set<String> park(ParkingPlace place, List<Parking> rows) {
        return rows.isEmpty() ? Set.of() : creation.park(place, rows);
    }

    /**
     * Has rows of a pipeline wait under keys that nobody has: faster, and part of the transaction around it.
     *
     * @param rows each with another key
     * @return false when somebody has one of the keys; then the transaction can only be rolled back
     */
    public boolean parkNew(ParkingPlace place, List<Parking> rows) {
        try {
            if (!rows.isEmpty()) {
                bulk.park(place, rows);
            }
            return true;
        } catch (DuplicateKeyException taken) {
            return false;
        }
    }

    /** Runs that have waited go on to wait once more: what they waited for before is not where they stand. */
    public void supersede(List<UUID> runs) {
        creation.supersede(runs);
    }

    /** Those of the keys that another live wait has. */
    public Set<String> taken(String project, List<String> keys) {
        return keys.isEmpty() ? Set.of() : queries.taken(project, keys);
    }

    /** @throws Problem when there is no such wait, also when it is of another project */
    Wait get(String project, String key) {
        return queries.find(project, key).orElseThrow(Waits::unknown);
    }

    /**
     * Gives a wait its signal.
     *
     * @param keepSecs how long an event may be kept that nobody waits for yet; 0 to refuse it
     * @param by id of the key that sends
     */
    public Sent send(String project, String key, @Nullable String payload, int keepSecs, String by) {
        Sending sending = new Sending(project, key, payload, by, Sending.currentTrace());
        Optional<Wait> received = gathered.send(sending);
        received.ifPresent(this::tell);
        return received.<Sent>map(wait -> new Sent.Received(wait, false))
                .orElseGet(() -> send(sending, keepSecs, true));
    }

    /**
     * Gives waits their signals by as few statements as possible, which are part of the transaction around them.
     *
     * @return by identity, those that a wait has; each other has to be sent by itself
     */
    Set<Sending> send(List<Sending> sendings) {
        Map<Sending, Wait> received = rows.send(sendings);
        received.values().forEach(this::tell);
        return received.keySet();
    }

    /**
     * By statements of its own, which are part of the transaction around it if there is one.
     *
     * @param passedOver whether a statement for several has left it out, so that it is to be seen first how its wait stands
     */
    Sent send(Sending sending, int keepSecs, boolean passedOver) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Try> tried =
                    i == 0 && passedOver ? endings.newest(sending.project(), sending.key()) : endings.send(sending);
            if (tried.isEmpty()) {
                if (keepSecs == 0) {
                    throw unknown();
                }
                Optional<Sent> kept = keep(sending, keepSecs);
                if (kept.isPresent()) {
                    return kept.get();
                }
            } else if (tried.get().changed()) {
                tell(tried.get().found());
                return new Sent.Received(tried.get().found(), false);
            } else if (tried.get().found().status().terminal()) {
                return new Sent.Received(received(tried.get().found(), sending.payload()), true);
            } else if (tried.get().overdue()) {
                endings.timeOut(sending.project(), sending.key());
            }
        }
        throw contended();
    }

    /** Empty when what is there changes right now, so that everything has to be looked at again. */
    private Optional<Sent> keep(Sending sending, int seconds) {
        Optional<WaitCreation.Kept> kept = creation.keep(sending, seconds);
        if (kept.isPresent()) {
            Wait wait = kept.get().received();
            if (wait == null) {
                return Optional.of(new Sent.Kept());
            }
            tell(wait);
            return Optional.of(new Sent.Received(wait, false));
        }
        Optional<Optional<String>> other = creation.kept(sending.project(), sending.key());
        if (other.isPresent() && !same(other.get().orElse(null), sending.payload())) {
            throw new Problem(
                    WaitReason.ALREADY_RECEIVED,
                    "Another event is kept for this key already, and its wait will get that.");
        }
        return other.map(sameAsBefore -> new Sent.Kept());
    }

    /** Ends a wait because a person does not want it any more. */
    Wait cancel(String project, String key, String by) {
        Try tried = end(project, key, () -> endings.cancel(project, key, "canceled by user", false, by));
        if (!tried.changed()) {
            throw new Problem(
                    WaitReason.NOT_WAITING,
                    "Only a waiting event trigger can be canceled; this one is "
                            + tried.found().status().id() + ".");
        }
        return tried.found();
    }

    /**
     * Ends the wait that a run hangs on, because a person does not want it any more.
     *
     * @return false when it waits for nothing
     */
    public boolean cancelRun(String project, UUID run, String by) {
        Optional<Wait> canceled = endings.cancelRun(project, run, "run canceled by user", by);
        canceled.ifPresent(this::tell);
        return canceled.isPresent();
    }

    /** Tells the waiter that what it waits for will not come. */
    Sent.Received reject(String project, String key, String reason, String by) {
        Try tried = end(project, key, () -> endings.cancel(project, key, reason, true, by));
        Wait wait = tried.found();
        boolean again = wait.rejected() && reason.equals(wait.error());
        if (tried.changed() || again) {
            return new Sent.Received(wait, !tried.changed());
        }
        throw refusal(wait);
    }

    private Try end(String project, String key, Supplier<Optional<Try>> once) {
        for (int i = 0; i < TRIES; i++) {
            Try tried = once.get().orElseThrow(Waits::unknown);
            if (tried.changed()) {
                tell(tried.found());
            }
            if (tried.changed() || tried.found().status().terminal()) {
                return tried;
            }
            if (tried.overdue()) {
                endings.timeOut(project, key);
            }
        }
        throw contended();
    }

    /** Nobody hears of what may still be undone. */
    void tell(Wait wait) {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    streams.ended(wait);
                }
            });
        } else {
            streams.ended(wait);
        }
    }

    /** A wait that has ended, as the answer to one more signal. */
    static Wait received(Wait wait, @Nullable String payload) {
        if (wait.status() == WaitStatus.RECEIVED && same(wait.responsePayload(), payload)) {
            return wait;
        }
        throw refusal(wait);
    }

    /** Why a wait takes no signal. */
    static Problem refusal(Wait wait) {
        return switch (wait.status()) {
            case RECEIVED ->
                new Problem(
                        WaitReason.ALREADY_RECEIVED,
                        "This event trigger has received another event already; it keeps that.");
            case CANCELED ->
                new Problem(WaitReason.CANCELED, "This event trigger was canceled; nobody waits any more.");
            case TIMED_OUT, WAITING ->
                new Problem(WaitReason.TIMED_OUT, "This event trigger has timed out; nobody waits any more.");
        };
    }

    /** As values: the order of fields, and how a number is written, make no difference. */
    private static boolean same(@Nullable String one, @Nullable String other) {
        if (one == null || other == null || one.equals(other)) {
            return Objects.equals(one, other);
        }
        return value(one).equals(Waits::compare, value(other));
    }

    private static JsonNode value(String json) {
        return StrictJson.object(("{\"payload\":" + json + "}").getBytes(StandardCharsets.UTF_8))
                .get("payload");
    }

    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }

    private static Problem unknown() {
        return new Problem(WaitReason.NOT_FOUND, "There is no event trigger with this key.");
    }

    private static Problem contended() {
        return new Problem(WaitReason.CONTENDED, "Too many change this event trigger at once. Try again.");
    }
}
