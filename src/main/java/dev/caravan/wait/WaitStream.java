package dev.caravan.wait;

import dev.caravan.web.LiveAnswer;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One client that watches one wait, as server-sent events (HTML standard, 9.2). */
final class WaitStream implements WaitStreams.Watcher {
    /** A status comes once or twice; all others are signs of life. */
    static final int MOST_WAITING = 8;

    private static final byte[] KEEP_ALIVE = ": keepalive\n\n".getBytes(StandardCharsets.UTF_8);

    private final LiveAnswer answer;
    private @Nullable String shown;

    /** @param shown id of the frame that the client has already; null for none */
    WaitStream(LiveAnswer answer, @Nullable String shown) {
        this.answer = answer;
        this.shown = shown;
    }

    /** Name of a state of a wait: a client that comes back has it as {@code Last-Event-ID}. */
    static String id(Wait wait) {
        return wait.seq() + "-" + (wait.status().terminal() ? 2 : 1);
    }

    private static byte[] frame(Wait wait) {
        String json = new String(StrictJson.bytes(WaitView.of(wait)), StandardCharsets.UTF_8);
        return ("event: status\nid: " + id(wait) + "\nretry: 3000\ndata: " + json + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Shows how the wait stands, unless the client knows; the stream ends with a wait that has ended. */
    @Override
    public synchronized void show(Wait wait) {
        if (!id(wait).equals(shown)) {
            shown = id(wait);
            answer.send(frame(wait));
        }
        if (wait.status().terminal()) {
            answer.end();
        }
    }

    @Override
    public void gone() {
        answer.end();
    }

    @Override
    public void keepAlive() {
        answer.send(KEEP_ALIVE);
    }
}
