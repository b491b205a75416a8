package dev.caravan.monitor;

import dev.caravan.web.LiveAnswer;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** One client that follows the events of a pipeline, as server-sent events (HTML standard, 9.2). */
final class EventStream implements Streams.Stream {
    private final LiveAnswer answer;
    private final EventStore store;
    private final long monitored;
    private final Selector selector;
    private UUID last;

    /** @param last what the client has seen already */
    EventStream(LiveAnswer answer, EventStore store, long monitored, Selector selector, UUID last) {
        this.answer = answer;
        this.store = store;
        this.monitored = monitored;
        this.selector = selector;
        this.last = last;
    }

    @Override
    public LiveAnswer answer() {
        return answer;
    }

    @Override
    public synchronized void look() {
        for (MonitorEvent event : store.after(monitored, last, Streams.PORTION)) {
            answer.send(frame(event));
            last = event.id();
        }
    }

    @Override
    public boolean isGone() {
        return !store.exists(monitored);
    }

    @Override
    public byte[] keepAlive() {
        return ": keepalive\n\n".getBytes(StandardCharsets.UTF_8);
    }

    private byte[] frame(MonitorEvent event) {
        String json = new String(StrictJson.bytes(EventView.of(event, selector)), StandardCharsets.UTF_8);
        return ("event: status\nid: " + event.id() + "\nretry: 3000\ndata: " + json + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
