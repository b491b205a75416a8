package dev.caravan.monitor;

import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Cursor;
import dev.caravan.web.QueryFields;
import dev.caravan.web.WebReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code /v0/pipelines/{name}/events}. */
@Component
final class EventApi {
    static final int MOST = 1_000;

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");
    private static final String LATEST = "latest";
    private static final String UUID_FORM = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    private final EventStore store;

    EventApi(EventStore store) {
        this.store = store;
    }

    /** Newest first; where it goes on is in a header, because the body is the documented array. */
    Answer list(Asked asked) {
        QueryFields query = asked.query();
        Selector selector = Selector.of(query, Selector.STATUS);
        int limit = query.number("limit", 1, MOST, MOST);
        Instant since = time(query, "since");
        Instant until = time(query, "until");
        String cursor = query.text("cursor");
        query.check();
        Monitored monitored = monitored(asked);
        List<MonitorEvent> found = store.list(monitored.seq(), before(cursor), since, until, limit + 1);
        List<MonitorEvent> shown = found.size() > limit ? found.subList(0, limit) : found;
        Answer answer =
                json(shown.stream().map(event -> EventView.of(event, selector)).toList());
        return found.size() > limit
                ? answer.with(
                        "X-Next-Cursor", Cursor.of(shown.get(limit - 1).id().toString()))
                : answer;
    }

    Answer get(Asked asked) {
        QueryFields query = asked.query();
        Selector selector = Selector.of(query, Selector.STATUS);
        query.check();
        String id = asked.segment(5);
        UUID uuid = id.equals(LATEST) ? null : uuid(id);
        Monitored monitored = monitored(asked);
        MonitorEvent event = uuid == null ? latest(monitored) : one(monitored, uuid);
        return json(EventView.of(event, selector));
    }

    Monitored monitored(Asked asked) {
        return store.find(asked.project(), asked.name())
                .or(() -> store.silent(asked.project(), asked.name()))
                .orElseThrow(() -> Asked.unknown(asked.name()));
    }

    private MonitorEvent latest(Monitored monitored) {
        return store.latest(monitored.seq())
                .orElseThrow(() -> new Problem(
                        MonitorReason.NO_PIPELINE_MONITOR_EVENTS_AVAILABLE,
                        "There are not yet any pipeline monitor events recorded"));
    }

    private MonitorEvent one(Monitored monitored, UUID id) {
        return store.find(monitored.seq(), id)
                .orElseThrow(() -> new Problem(
                        MonitorReason.UNKNOWN_PIPELINE_MONITOR_EVENT,
                        "Pipeline monitor event with identifier '" + id
                                + "' does not exist -- it might have been deleted as only a limited number of events are retained",
                        List.of(),
                        Map.of("event_id", id.toString())));
    }

    static UUID uuid(String text) {
        if (text.matches(UUID_FORM)) {
            return UUID.fromString(text);
        }
        throw new Problem(
                MonitorReason.INVALID_UUID_PARAM,
                "Invalid UUID string '" + text + "': it is neither a UUID nor " + LATEST,
                List.of(),
                Map.of("value", text));
    }

    /** @throws Problem when the cursor is not one of this list */
    private static @Nullable UUID before(@Nullable String cursor) {
        String position = Cursor.position(cursor);
        if (position != null && !position.matches(UUID_FORM)) {
            throw new Problem(WebReason.INVALID_CURSOR, "The cursor is not an X-Next-Cursor of this list.");
        }
        return Optional.ofNullable(position).map(UUID::fromString).orElse(null);
    }

    /** Within what the database can hold; there is nothing beyond. */
    private static @Nullable Instant time(QueryFields query, String name) {
        Instant time = query.time(name);
        return time == null ? null : time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    }

    private static Answer json(Object body) {
        return Answer.json(200, body);
    }
}
