package dev.caravan.monitor;

import dev.caravan.access.Scope;
import dev.caravan.log.PipelineLog;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.web.LiveAnswer;
import dev.caravan.web.QueryFields;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The answers below {@code /v0} that go on: events as they come, and the log. */
@Component
final class StreamApi {
    private static final int MOST_WAITING = 512;
    private static final UUID FIRST = new UUID(0, 0);

    private final EventApi events;
    private final PipelineCalls pipelines;
    private final EventStore store;
    private final PipelineStore stored;
    private final PipelineLog log;
    private final Streams streams;
    private final MonitorSettings settings;
    private final Clock clock;

    StreamApi(
            EventApi events,
            PipelineCalls pipelines,
            EventStore store,
            PipelineStore stored,
            PipelineLog log,
            Streams streams,
            MonitorSettings settings,
            Clock clock) {
        this.events = events;
        this.pipelines = pipelines;
        this.store = store;
        this.stored = stored;
        this.log = log;
        this.streams = streams;
        this.settings = settings;
        this.clock = clock;
    }

    /** The newest event and all that follow; with {@code Last-Event-ID} all that came after that one. */
    void events(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Monitored monitored;
        Selector selector;
        UUID last;
        try {
            Asked asked = Asked.of(request, Scope.PIPELINES_READ);
            QueryFields query = asked.query();
            selector = Selector.of(query, Selector.STATUS);
            query.check();
            last = seen(request);
            monitored = events.monitored(asked);
            last = last == null ? beforeNewest(monitored) : last;
            streams.admit();
        } catch (RuntimeException e) {
            throw Asked.told(e);
        }
        response.setContentType("text/event-stream;charset=UTF-8");
        LiveAnswer answer = LiveAnswer.open(request, response, settings.streamFor(), MOST_WAITING);
        EventStream stream = new EventStream(answer, store, monitored.seq(), selector, last);
        streams.add(stream);
    }

    private static @Nullable UUID seen(HttpServletRequest request) {
        String last = request.getHeader("Last-Event-ID");
        return last == null || last.isEmpty() ? null : EventApi.uuid(last);
    }

    private UUID beforeNewest(Monitored monitored) {
        return store.list(monitored.seq(), null, null, null, 2).stream()
                .skip(1)
                .findFirst()
                .map(MonitorEvent::id)
                .orElse(FIRST);
    }

    /** What is kept of the log, oldest first, and then what comes. */
    void logs(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Pipeline pipeline;
        try {
            Asked asked = Asked.of(request, Scope.PIPELINES_READ);
            asked.query().check();
            pipeline = pipelines.find(asked);
            streams.admit();
        } catch (RuntimeException e) {
            throw Asked.told(e);
        }
        response.setContentType("text/plain;charset=UTF-8");
        LiveAnswer answer = LiveAnswer.open(request, response, settings.streamFor(), MOST_WAITING);
        String id = pipeline.id();
        streams.add(new LogStream(answer, log, id, clock, () -> stored.find(id).isEmpty()));
    }
}
