package dev.caravan.wait;

import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.DirectAnswer;
import dev.caravan.web.Failures;
import dev.caravan.web.LiveAnswer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** {@code GET /v1/events/{eventKey}/stream}: not through Camel, which keeps an answer until it is whole. */
@Component
final class WaitStreamEndpoint {
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final Waits waits;
    private final WaitQueries queries;
    private final WaitStreams streams;
    private final WaitSettings settings;
    private final Failures failures;

    WaitStreamEndpoint(
            Waits waits, WaitQueries queries, WaitStreams streams, WaitSettings settings, Failures failures) {
        this.waits = waits;
        this.queries = queries;
        this.streams = streams;
        this.settings = settings;
        this.failures = failures;
    }

    /** Answers by itself: with a stream that goes on when this has returned, or with why there is none. */
    ServerResponse open(ServerRequest asked) {
        return new DirectAnswer(failures, this::open);
    }

    private void open(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String last = request.getHeader(LAST_EVENT_ID);
        try {
            Caller caller = Caller.of(request);
            caller.require(Scope.EVENTS_READ);
            WaitRequest asked = new WaitRequest(request, caller);
            asked.query().check();
            Wait wait = followed(asked, last);
            if (wait.status().terminal() && WaitStream.id(wait).equals(last)) {
                // tells an EventSource that has seen everything not to come back
                response.setStatus(HttpStatus.NO_CONTENT.value());
                return;
            }
            streams.admit();
            stream(wait.seq(), last, request, response);
        } catch (RuntimeException e) {
            if (!(WaitRequest.told(e) instanceof Problem problem)) {
                throw e;
            }
            failures.write(request, response, problem);
        }
    }

    /** The wait that the client has followed so far, else that of the key. */
    private Wait followed(WaitRequest asked, @Nullable String last) {
        String key = asked.key();
        return number(last)
                .flatMap(queries::find)
                .filter(wait ->
                        wait.project().equals(asked.project()) && wait.key().equals(key))
                .orElseGet(() -> waits.get(asked.project(), key));
    }

    private static Optional<Long> number(@Nullable String id) {
        try {
            return id == null ? Optional.empty() : Optional.of(Long.valueOf(id.replaceFirst("-[12]$", "")));
        } catch (NumberFormatException notOurs) {
            return Optional.empty();
        }
    }

    private void stream(long seq, @Nullable String last, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        WaitStream stream;
        LiveAnswer answer;
        try {
            response.setContentType("text/event-stream;charset=UTF-8");
            answer = LiveAnswer.open(request, response, settings.streamFor(), WaitStream.MOST_WAITING);
            stream = new WaitStream(answer, last);
        } catch (IOException | RuntimeException clientIsGone) {
            streams.dismiss();
            throw clientIsGone;
        }
        streams.watch(seq, stream);
        answer.whenOver(() -> streams.forget(seq, stream));
        try {
            streams.showNow(seq, stream);
        } catch (RuntimeException databaseIsAway) {
            stream.gone();
        }
    }
}
