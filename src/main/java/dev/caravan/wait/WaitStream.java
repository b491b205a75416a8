package dev.caravan.wait;

import dev.caravan.web.StrictJson;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client that watches one wait, as server-sent events (HTML standard, 9.2). Written without blocking: a client that
 * does not read holds no thread, and is dropped when too much has piled up for it.
 */
final class WaitStream implements WaitStreams.Watcher, WriteListener, AsyncListener {
    /** A status comes once or twice; all others are signs of life. */
    private static final int MOST_WAITING = 8;

    private static final byte[] KEEP_ALIVE = ": keepalive\n\n".getBytes(StandardCharsets.UTF_8);

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final Consumer<WaitStream> closed;
    private final Deque<byte[]> frames = new ArrayDeque<>();
    private @Nullable String shown;

    /** Whether the container will say when it takes more. */
    private boolean called = true;

    private boolean written;
    private boolean ending;
    private boolean done;

    /**
     * @param shown id of the frame that the client has already; null for none
     * @param closed called when the stream ends, however it does
     */
    WaitStream(AsyncContext async, ServletOutputStream out, @Nullable String shown, Consumer<WaitStream> closed) {
        this.async = async;
        this.out = out;
        this.shown = shown;
        this.closed = closed;
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
    synchronized void show(Wait wait) {
        if (ending || done) {
            return;
        }
        if (!id(wait).equals(shown)) {
            shown = id(wait);
            frames.add(frame(wait));
        }
        ending = wait.status().terminal();
        drain();
    }

    @Override
    public void ended(Wait wait) {
        show(wait);
    }

    @Override
    public synchronized void gone() {
        ending = true;
        drain();
    }

    @Override
    public synchronized void keepAlive() {
        if (frames.size() >= MOST_WAITING) {
            close();
        } else if (!ending) {
            frames.add(KEEP_ALIVE);
            drain();
        }
    }

    @Override
    public synchronized void onWritePossible() {
        called = false;
        drain();
    }

    private void drain() {
        try {
            while (!done && !called) {
                if (!out.isReady()) {
                    called = true;
                    return;
                }
                byte[] next = frames.poll();
                if (next != null) {
                    out.write(next);
                    written = true;
                } else if (written) {
                    written = false;
                    out.flush();
                } else {
                    if (ending) {
                        close();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException clientIsGone) {
            close();
        }
    }

    private void close() {
        if (done) {
            return;
        }
        done = true;
        closed.accept(this);
        try {
            async.complete();
        } catch (IllegalStateException containerWasFirst) {
            frames.clear();
        }
    }

    @Override
    public synchronized void onError(Throwable clientIsGone) {
        close();
    }

    @Override
    public synchronized void onTimeout(AsyncEvent event) {
        close();
    }

    @Override
    public synchronized void onError(AsyncEvent event) {
        close();
    }

    @Override
    public synchronized void onComplete(AsyncEvent event) {
        if (!done) {
            done = true;
            closed.accept(this);
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // nobody starts it again
    }
}
