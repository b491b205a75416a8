package dev.caravan.monitor;

import dev.caravan.lifecycle.Cause;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which events a change is worth, and writes them; in a transaction that has locked what they are about. */
final class EventWriter {
    private final EventStore store;
    private final MonitorSettings settings;
    private final Time time;

    /** The time of the next event. */
    interface Time {
        /** Later than the event before; null when there is none. */
        Instant after(@Nullable Instant last);
    }

    EventWriter(EventStore store, MonitorSettings settings, Time time) {
        this.store = store;
        this.settings = settings;
        this.time = time;
    }

    /**
     * A change of the status is written at once, with everything that lies between; one of the details only when the last
     * event is old enough; nothing new once the last event is older still.
     *
     * @return false when it has to be looked at again later
     */
    boolean write(Monitored monitored, Deployment now, MonitorEvent.Details details, Cause cause) {
        @Nullable MonitorEvent last = store.latest(monitored.seq()).orElse(null);
        if (last == null) {
            append(monitored, null, List.of(now), details, cause);
            return true;
        }
        if (!last.deployment().equals(now)) {
            append(monitored, last, last.deployment().until(now), details, cause);
            return true;
        }
        boolean same = EventStore.text(last.details()).equals(EventStore.text(details));
        Duration age = Duration.between(last.recordedAt(), time.after(null));
        if (age.compareTo(same ? settings.heartbeat() : settings.details()) < 0) {
            return same;
        }
        append(monitored, last, List.of(now), details, same ? new Cause("heartbeat", null) : cause);
        return true;
    }

    /** Writes that something happened to what goes on as it was; nothing when nothing was written of it yet. */
    void note(Monitored monitored, Cause cause) {
        store.latest(monitored.seq())
                .ifPresent(last -> append(monitored, last, List.of(last.deployment()), last.details(), cause));
    }

    private void append(
            Monitored monitored,
            @Nullable MonitorEvent last,
            List<Deployment> way,
            MonitorEvent.Details details,
            Cause cause) {
        Instant at = time.after(last == null ? null : last.recordedAt());
        Instant since = monitored.statusSince();
        @Nullable Deployment before = last == null ? null : last.deployment();
        for (Deployment next : way) {
            boolean moved = before == null || before.status() != next.status();
            store.append(
                    monitored.seq(),
                    new MonitorEvent(
                            EventId.at(at),
                            at,
                            next,
                            details(next, details),
                            cause.what(),
                            cause.actor(),
                            before == null ? null : before.status().wireName(),
                            before == null ? null : Duration.between(since, at).toMillis()));
            if (moved) {
                since = at;
            }
            before = next;
            at = at.plus(1, ChronoUnit.MICROS);
        }
        if (!since.equals(monitored.statusSince())) {
            store.setStatusSince(monitored.seq(), since);
        }
    }

    /** What was passed through has no runtime while there is none, and no error that came later. */
    private static MonitorEvent.Details details(Deployment at, MonitorEvent.Details found) {
        return new MonitorEvent.Details(
                found.resources(),
                at.runtime() == null ? null : found.runtime() == null ? found.resources() : found.runtime(),
                at.hasError() ? found.error() : null,
                found.storage());
    }
}
