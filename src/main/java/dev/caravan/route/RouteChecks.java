package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineCheck;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Step;
import dev.caravan.problem.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Compiles a document without keeping anything of it: every query is checked and bound, every expression parsed, the
 * steps are made once in Camel under a name of their own.
 */
final class RouteChecks implements PipelineCheck {
    private final RouteCompiler compiler;
    private final CamelRoutes camel;
    private final StepChecks steps;

    RouteChecks(RouteCompiler compiler, CamelRoutes camel, StepChecks steps) {
        this.compiler = compiler;
        this.camel = camel;
        this.steps = steps;
    }

    @Override
    public List<Violation> check(PipelineSpec spec) {
        List<Violation> violations = new ArrayList<>();
        for (int i = 0; i < spec.steps().size(); i++) {
            Step step = spec.steps().get(i);
            violations.addAll(check("/steps/" + i + "/properties", step));
        }
        violations.addAll(StepChecks.signals(spec.options().signals()));
        if (violations.isEmpty()) {
            violations.addAll(steps.order(spec));
            violations.addAll(steps.bind(spec));
        }
        return violations.isEmpty() ? compile(spec) : violations;
    }

    @Override
    public List<Violation> check(String at, Step step) {
        return steps.check(at, step);
    }

    private List<Violation> compile(PipelineSpec spec) {
        Instant now = Instant.EPOCH;
        Pipeline trial = new Pipeline("check_" + UUID.randomUUID(), "check", 1, spec, false, null, now, now);
        List<CompiledPipeline.CompiledRoute> routes = compiler.compile(trial).versionRoutes();
        try {
            camel.addAll(routes);
            for (CompiledPipeline.CompiledRoute route : routes) {
                camel.remove(route);
            }
            return List.of();
        } catch (Exception e) {
            return List.of(new Violation("/steps", compiler.secrets(spec).hiddenIn(sentence(e))));
        }
    }

    /** The innermost cause that says something: Camel wraps it several times. */
    static String sentence(Throwable failure) {
        String best = failure.getClass().getSimpleName();
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at.getMessage() != null && !at.getMessage().isBlank()) {
                best = at.getMessage().lines().findFirst().orElse(best);
            }
        }
        return best;
    }
}
