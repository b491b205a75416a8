package dev.caravan.wait;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import dev.caravan.web.Fields;
import dev.caravan.web.QueryFields;
import dev.caravan.web.RequestBody;
import dev.caravan.web.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.util.UriUtils;

/** A request below {@code /v1/events}, and who sends it. */
record WaitRequest(HttpServletRequest request, Caller caller) {
    private static final int KEY = 3;
    private static final int PREFIX = 4;

    /** One operation for callers with a scope. */
    static Endpoint endpoint(Failures failures, Scope scope, Function<WaitRequest, Answer> operation) {
        return new Endpoint(failures, operation(scope, operation));
    }

    static Function<HttpServletRequest, Answer> operation(Scope scope, Function<WaitRequest, Answer> operation) {
        return request -> {
            Caller caller = Caller.of(request);
            caller.require(scope);
            try {
                return operation.apply(new WaitRequest(request, caller));
            } catch (RuntimeException e) {
                throw told(e);
            }
        };
    }

    /** A database that is away is no fault of the program. */
    static RuntimeException told(RuntimeException failure) {
        boolean away = failure instanceof TransactionException
                || failure instanceof TransientDataAccessException
                || failure instanceof RecoverableDataAccessException
                || failure instanceof DataAccessResourceFailureException;
        return away
                ? new Problem(WaitReason.UNAVAILABLE, "The database does not answer. Try again; nothing is done twice.")
                : failure;
    }

    String project() {
        return caller.project();
    }

    /** @throws Problem when no wait can have this key */
    String key() {
        return EventKey.checked(segment(request, KEY), "event_key");
    }

    String prefix() {
        return EventKey.checked(segment(request, PREFIX), "prefix");
    }

    /** A part of the path as the client meant it, so that a key may have any character, a slash included. */
    static String segment(HttpServletRequest request, int number) {
        String[] segments = request.getRequestURI().split("/", -1);
        try {
            return number < segments.length ? UriUtils.decode(segments[number], StandardCharsets.UTF_8) : "";
        } catch (IllegalArgumentException e) {
            throw new Problem(WaitReason.INVALID_PARAMETER, "The path is not percent-encoded as it should be.");
        }
    }

    QueryFields query() {
        return new QueryFields(request, WaitReason.INVALID_PARAMETER);
    }

    /** The fields of the body; none when there is no body. */
    Fields body() {
        return fields(request);
    }

    static Fields fields(HttpServletRequest request) {
        byte[] body = RequestBody.of(request);
        return new Fields(body.length == 0 ? JsonNodeFactory.instance.objectNode() : StrictJson.object(body), "");
    }
}
