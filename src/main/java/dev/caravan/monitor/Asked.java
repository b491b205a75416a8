package dev.caravan.monitor;

import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.batch.BatchException;
import dev.caravan.lifecycle.Cause;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import dev.caravan.web.QueryFields;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.util.UriUtils;

/** A request below {@code /v0/pipelines}, and who sends it. */
record Asked(HttpServletRequest request, Caller caller) {
    private static final int NAME = 3;
    private static final int PART = 4;

    /** One operation for callers with a scope. */
    static Endpoint endpoint(Failures failures, Scope scope, Function<Asked, Answer> operation) {
        return new Endpoint(failures, request -> {
            try {
                return operation.apply(of(request, scope));
            } catch (RuntimeException e) {
                throw told(e);
            }
        });
    }

    static Asked of(HttpServletRequest request, Scope scope) {
        Caller caller = Caller.of(request);
        caller.require(scope);
        return new Asked(request, caller);
    }

    /** In the words of this API; a database or a broker that is away is no fault of the program. */
    static RuntimeException told(RuntimeException failure) {
        if (failure instanceof Problem problem) {
            return switch (problem.reason().id()) {
                case "pipeline.not_found" -> new Problem(MonitorReason.UNKNOWN_PIPELINE_NAME, problem.detail());
                case "pipeline.illegal_transition" ->
                    new Problem(
                            MonitorReason.ILLEGAL_PIPELINE_ACTION,
                            problem.detail(),
                            problem.violations(),
                            problem.details());
                default -> problem;
            };
        }
        boolean away = failure instanceof TransactionException
                || failure instanceof TransientDataAccessException
                || failure instanceof RecoverableDataAccessException
                || failure instanceof DataAccessResourceFailureException
                || failure instanceof BatchException;
        return away ? new Problem(MonitorReason.UNAVAILABLE, "A server behind this one is away; try again.") : failure;
    }

    String project() {
        return caller.project();
    }

    /** Of the pipeline, in the path. */
    String name() {
        return segment(NAME);
    }

    /** What of the pipeline is asked for. */
    String part() {
        return segment(PART);
    }

    String segment(int number) {
        String[] segments = request.getRequestURI().split("/", -1);
        String segment = number < segments.length ? UriUtils.decode(segments[number], StandardCharsets.UTF_8) : "";
        // no name has it, and the database takes no text that does
        return segment.replace('\0', '\uFFFD');
    }

    Cause cause(String what) {
        return new Cause(what, caller.keyId());
    }

    /** The parameters of the query; ask for each, then check. */
    QueryFields query() {
        return new QueryFields(request);
    }

    static Problem unknown(String name) {
        return new Problem(MonitorReason.UNKNOWN_PIPELINE_NAME, "Unknown pipeline name '" + name + "'");
    }
}
