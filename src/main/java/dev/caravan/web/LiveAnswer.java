package dev.caravan.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * An answer that goes on as long as there is something to tell. Written without blocking: a client that does not read holds
 * no thread, and is dropped when too much has piled up for it.
 */
public final class LiveAnswer implements WriteListener, AsyncListener {
    private final AsyncContext async;
    private final ServletOutputStream out;
    private final int most;
    private final Deque<byte[]> frames = new ArrayDeque<>();

    /** Whether the container will say when it takes more. */
    private boolean called = true;

    private boolean written;
    private boolean ending;
    private boolean done;

    private @Nullable Runnable whenOver;

    private LiveAnswer(AsyncContext async, ServletOutputStream out, int most) {
        this.async = async;
        this.out = out;
        this.most = most;
    }

    /**
     * Begins the answer; status and headers are those that are set.
     *
     * @param within after this it is over, and the client may come back
     * @param most frames that may wait for the client
     */
    public static LiveAnswer open(HttpServletRequest request, HttpServletResponse response, Duration within, int most)
            throws IOException {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        AsyncContext async = request.startAsync();
        async.setTimeout(within.toMillis());
        ServletOutputStream out = response.getOutputStream();
        LiveAnswer answer = new LiveAnswer(async, out, most);
        async.addListener(answer);
        out.setWriteListener(answer);
        return answer;
    }

    /** Whether the client keeps up, so that more may be sent. */
    public synchronized boolean keepsUp() {
        return !done && !ending && frames.size() <= most / 8;
    }

    /** Whether it has ended, for whatever reason. */
    public synchronized boolean isOver() {
        return done;
    }

    /** @param work done once when it ends, at once when it has */
    public synchronized void whenOver(Runnable work) {
        if (done) {
            work.run();
        } else {
            whenOver = work;
        }
    }

    public synchronized void send(byte[] frame) {
        if (frames.size() >= most) {
            close();
        } else if (!ending && !done) {
            frames.add(frame);
            drain();
        }
    }

    /** Sends what is waiting, then ends. */
    public synchronized void end() {
        ending = true;
        drain();
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
        over();
        try {
            async.complete();
        } catch (IllegalStateException containerWasFirst) {
            frames.clear();
        }
    }

    private void over() {
        Runnable work = whenOver;
        whenOver = null;
        done = true;
        if (work != null) {
            work.run();
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
        over();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // nobody starts it again
    }
}
