package dev.caravan.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.pipeline.Step;
import dev.caravan.problem.Problem;
import dev.caravan.wait.Waits;
import dev.caravan.web.Answer;
import dev.caravan.web.QueryFields;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** {@code /api/v1/runs}: lists and shows runs, cancels one. */
final class RunApi {
    private static final String PATH = "/api/v1/runs/";
    private static final String CANCEL = "/cancel";

    private final RunRows rows;
    private final PipelineStore pipelines;
    private final Waits waits;

    RunApi(RunRows rows, PipelineStore pipelines, Waits waits) {
        this.rows = rows;
        this.pipelines = pipelines;
        this.waits = waits;
    }

    record ListView(
            List<RunView> data,
            boolean hasMore,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String nextCursor) {}

    Answer list(HttpServletRequest request) {
        Caller caller = allowed(request, Scope.EVENTS_READ);
        QueryFields query = new QueryFields(request, RunReason.INVALID_PARAMETER);
        RunStatus status =
                query.read("status", "waiting, running, completed, failed or canceled", text -> RunStatus.find(text)
                        .orElseThrow(IllegalArgumentException::new));
        String pipeline = query.text("pipeline");
        var since = query.time("since");
        var until = query.time("until");
        int limit = query.number("limit", 1, 100, 50);
        String cursor = query.text("cursor");
        query.check();
        RunFilter filter = new RunFilter(status, pipeline, since, until, RunFilter.Place.parse(cursor), limit);
        List<Run> found = read(() -> rows.list(caller.project(), filter));
        boolean more = found.size() > limit;
        List<Run> shown = more ? found.subList(0, limit) : found;
        String next = more ? RunFilter.Place.cursor(shown.get(limit - 1)) : null;
        return Answer.json(
                200,
                new ListView(shown.stream().map(run -> RunView.of(run, null)).toList(), more, next));
    }

    Answer get(HttpServletRequest request) {
        Caller caller = allowed(request, Scope.EVENTS_READ);
        new QueryFields(request, RunReason.INVALID_PARAMETER).check();
        return Answer.json(200, read(() -> view(caller.project(), id(request, ""))));
    }

    /** Nobody waits for the run's event any more; its message becomes a dead letter. */
    Answer cancel(HttpServletRequest request) {
        Caller caller = allowed(request, Scope.EVENTS_WRITE);
        new QueryFields(request, RunReason.INVALID_PARAMETER).check();
        return Answer.json(200, read(() -> {
            UUID id = id(request, CANCEL);
            Run before = find(caller.project(), id);
            if (!waits.cancelRun(caller.project(), id, caller.keyId())) {
                RunStatus status =
                        rows.find(caller.project(), id).orElse(before).status();
                throw new Problem(
                        RunReason.NOT_WAITING,
                        "Only a run that waits can be canceled; this one is "
                                + (status == RunStatus.WAITING ? "overdue" : status.id()) + ".");
            }
            return view(caller.project(), id);
        }));
    }

    private RunView view(String project, UUID id) {
        Run run = find(project, id);
        return RunView.of(run, new StepRuns(run, rows.waits(project, id)).of(steps(run)));
    }

    /** As they were in the version of the run; none when the pipeline is gone. */
    private List<Step> steps(Run run) {
        return pipelines.find(run.pipeline()).isEmpty()
                ? List.of()
                : pipelines.version(run.pipeline(), run.version()).spec().steps();
    }

    private Run find(String project, UUID id) {
        return rows.find(project, id).orElseThrow(RunApi::unknown);
    }

    private static Problem unknown() {
        return new Problem(RunReason.NOT_FOUND, "There is no run with this id.");
    }

    private static UUID id(HttpServletRequest request, String behind) {
        String path = request.getRequestURI();
        String last = path.substring(PATH.length(), path.length() - behind.length());
        return Optional.ofNullable(RunFilter.id(last)).orElseThrow(RunApi::unknown);
    }

    private static Caller allowed(HttpServletRequest request, Scope scope) {
        Caller caller = Caller.of(request);
        caller.require(scope);
        return caller;
    }

    private static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (TransientDataAccessException
                | RecoverableDataAccessException
                | DataAccessResourceFailureException
                | TransactionException e) {
            throw new Problem(RunReason.UNAVAILABLE, "The database does not answer; try again.");
        }
    }
}
