package dev.caravan.monitor;

import dev.caravan.problem.Problem;
import dev.caravan.web.LiveAnswer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Who follows pipelines here. All of them are served by one thread that looks into the database, so it does not matter which
 * replica writes what they follow.
 */
@Component
final class Streams {
    static final int PORTION = 50;

    private final MonitorSettings settings;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    Streams(MonitorSettings settings) {
        this.settings = settings;
    }

    /** An answer that goes on. */
    interface Stream {
        LiveAnswer answer();

        /** Sends what is new, at most a portion of it. */
        void look();

        /** Whether what is followed is no longer there. */
        boolean isGone();

        /** What shows that somebody is still there; empty when nothing does. */
        byte[] keepAlive();
    }

    /** @throws Problem when there are too many already */
    void admit() {
        if (open.size() >= settings.maxStreams()) {
            throw new Problem(
                    MonitorReason.TOO_MANY_STREAMS,
                    "This server has " + settings.maxStreams() + " open streams and takes no more. Try again later.");
        }
    }

    void add(Stream stream) {
        open.add(stream);
    }

    void look() {
        open.removeIf(stream -> stream.answer().isOver());
        open.stream().filter(stream -> stream.answer().keepsUp()).forEach(Stream::look);
    }

    void keepAlive() {
        for (Stream stream : open) {
            if (stream.isGone()) {
                stream.answer().end();
            } else if (stream.keepAlive().length > 0) {
                stream.answer().send(stream.keepAlive());
            }
        }
    }

    int open() {
        return open.size();
    }
}
