package dev.caravan.trigger;

import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.QueryFields;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** {@code /api/v1/events/{pipeline_id}}. */
final class TriggerApi {
    private static final String PATH = "/api/v1/events/";

    private final Triggers triggers;

    TriggerApi(Triggers triggers) {
        this.triggers = triggers;
    }

    Answer answer(HttpServletRequest request) {
        Caller caller = Caller.of(request);
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        caller.require(reads ? Scope.EVENTS_READ : Scope.EVENTS_WRITE);
        QueryFields query = new QueryFields(request);
        String version = request.getMethod().equals("POST") ? query.text("pipeline_version") : null;
        query.check();
        try {
            return Answer.json(200, done(request.getMethod(), caller, pipeline(request), version));
        } catch (DataAccessException | TransactionException e) {
            throw new Problem(TriggerReason.UNAVAILABLE, "The database does not answer; try again.");
        }
    }

    private Map<String, Object> done(String method, Caller caller, String pipeline, @Nullable String version) {
        switch (method) {
            case "POST" -> {
                triggers.start(caller, pipeline, version);
                return Map.of("message", "Event started successfully");
            }
            case "DELETE" -> {
                triggers.stop(caller, pipeline);
                return Map.of("message", "Event deleted successfully");
            }
            default -> {
                return Map.of("ready", triggers.ready(caller.project(), pipeline));
            }
        }
    }

    private static String pipeline(HttpServletRequest request) {
        String last = request.getRequestURI().substring(PATH.length());
        String name = last.endsWith("/") ? last.substring(0, last.length() - 1) : last;
        return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
