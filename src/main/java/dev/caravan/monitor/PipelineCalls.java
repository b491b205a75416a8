package dev.caravan.monitor;

import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.lifecycle.Move;
import dev.caravan.lifecycle.Transitions;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.QueryFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** {@code /v0/pipelines}: pipelines in the words of that API, and the moves that can be asked of them. */
@Component
final class PipelineCalls {
    private static final int PORTION = 500;

    private final Pipelines pipelines;
    private final Lifecycle lifecycle;
    private final EventStore store;
    private final Transitions transitions;

    PipelineCalls(Pipelines pipelines, Lifecycle lifecycle, EventStore store, Transitions transitions) {
        this.pipelines = pipelines;
        this.lifecycle = lifecycle;
        this.store = store;
        this.transitions = transitions;
    }

    /** All of the project, files that do not compile included. */
    Answer list(Asked asked) {
        QueryFields query = asked.query();
        Selector selector = Selector.of(query, Selector.ALL);
        query.check();
        List<PipelineView> views = new ArrayList<>();
        String last = null;
        List<Pipeline> portion;
        do {
            portion = pipelines.list(asked.project(), last, PORTION);
            for (Pipeline pipeline : portion) {
                views.add(view(pipeline));
                last = pipeline.name();
            }
        } while (portion.size() == PORTION);
        store.broken(asked.project()).stream().map(PipelineView::of).forEach(views::add);
        views.sort(Comparator.comparing(PipelineView::name));
        return Answer.json(
                200, views.stream().map(view -> view.fields(selector)).toList());
    }

    Answer get(Asked asked) {
        QueryFields query = asked.query();
        Selector selector = Selector.of(query, Selector.ALL);
        query.check();
        Optional<Monitored> broken = broken(asked);
        PipelineView view = broken.isPresent() ? PipelineView.of(broken.get()) : seen(find(asked));
        return Answer.json(200, view.fields(selector));
    }

    /** What is shown here is an event already, or becomes one now: a client that waits for a status finds it there. */
    private PipelineView seen(Pipeline pipeline) {
        PipelineView view = view(pipeline);
        boolean told = store.find(pipeline.project(), pipeline.name())
                .flatMap(monitored -> store.latest(monitored.seq()))
                .filter(event -> event.deployment().equals(view.deployment()))
                .isPresent();
        if (!told) {
            transitions.tell(pipeline.id());
        }
        return view;
    }

    private PipelineView view(Pipeline pipeline) {
        return PipelineView.of(
                pipeline,
                lifecycle.state(pipeline),
                store.find(pipeline.project(), pipeline.name()),
                pipelines.document(pipeline));
    }

    Answer start(Asked asked) {
        QueryFields query = asked.query();
        String initial = query.text("initial");
        List.of("dismiss_error", "bootstrap_policy", "silent_bootstrap", "concurrent_bootstrap")
                .forEach(query::text);
        query.check();
        if (initial != null && !initial.equals("running") && !initial.equals("paused")) {
            throw new Problem(
                    MonitorReason.UNSUPPORTED_PIPELINE_ACTION,
                    "A pipeline starts running or paused, not " + initial + ".");
        }
        return move(asked, "paused".equals(initial) ? Move.START_PAUSED : Move.START);
    }

    Answer stop(Asked asked) {
        QueryFields query = asked.query();
        String force = query.text("force");
        if (force != null && !force.equals("true") && !force.equals("false")) {
            query.wrong("force", "has to be true or false");
        }
        query.check();
        return move(asked, "true".equals(force) ? Move.FORCE_STOP : Move.STOP);
    }

    Answer moved(Asked asked, Move move) {
        asked.query().check();
        return move(asked, move);
    }

    /** The replicas follow; the client asks how far they are. */
    private Answer move(Asked asked, Move move) {
        broken(asked).ifPresent(broken -> refuse(broken, move));
        lifecycle.ask(find(asked), move, asked.cause(move.wireName()));
        return Answer.empty(202);
    }

    private static void refuse(Monitored broken, Move move) {
        boolean starts = move == Move.START || move == Move.START_PAUSED;
        throw new Problem(
                starts ? MonitorReason.CANNOT_START_WITH_COMPILATION_ERROR : MonitorReason.ILLEGAL_PIPELINE_ACTION,
                "The document of '" + broken.name() + "' does not compile: see its program_error.",
                List.of(),
                Map.of("status", "stopped"));
    }

    Answer dismiss(Asked asked) {
        asked.query().check();
        if (broken(asked).isEmpty()) {
            lifecycle.dismiss(find(asked), asked.cause("dismiss_error"));
        }
        return Answer.empty(200);
    }

    private Optional<Monitored> broken(Asked asked) {
        return store.find(asked.project(), asked.name()).filter(monitored -> monitored.pipeline() == null);
    }

    Pipeline find(Asked asked) {
        try {
            return pipelines.get(asked.project(), asked.name());
        } catch (Problem problem) {
            throw problem.reason().status() == 404 ? Asked.unknown(asked.name()) : problem;
        }
    }
}
