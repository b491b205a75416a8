package dev.caravan.route;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Output;
import net.thisptr.jackson.jq.PathOutput;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/**
 * jq that ends. A call of one of jq's functions, and each value that one takes or gives, is a step; an expression that takes
 * too many of them for one row is given up. Steps and not seconds, so that a row has the same fate wherever it is tried again.
 */
final class CountedJq {
    /** A second's work or less, and 50 MB at most if all of it is collected. */
    static final int MOST_STEPS = 1_000_000;

    private static final ThreadLocal<Steps> STEPS = ThreadLocal.withInitial(Steps::new);
    private static final Scope FUNCTIONS = functions();

    private CountedJq() {}

    private static final class Steps {
        private int taken;

        void begin() {
            taken = 0;
        }

        void take() throws JsonQueryException {
            if (taken < MOST_STEPS) {
                taken++;
            } else {
                throw tooMany();
            }
        }

        /** An expression may catch errors; this one it does not get rid of. */
        void check() throws JsonQueryException {
            if (taken == MOST_STEPS) {
                throw tooMany();
            }
        }

        private static JsonQueryException tooMany() {
            return new JsonQueryException("the expression takes more than " + MOST_STEPS + " steps for one row");
        }
    }

    static void apply(JsonQuery query, JsonNode row, Output output) throws JsonQueryException {
        Steps steps = STEPS.get();
        steps.begin();
        try {
            query.apply(Scope.newChildScope(FUNCTIONS), row, made -> {
                steps.take();
                output.emit(made);
            });
        } catch (StackOverflowError e) {
            throw new JsonQueryException("the expression calls itself too often");
        }
        steps.check();
    }

    private static Scope functions() {
        Scope scope = Scope.newEmptyScope();
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_6, scope);
        scope.getLocalFunctions().forEach((name, function) -> scope.addFunction(name, counted(function)));
        return scope;
    }

    private static Function counted(Function function) {
        return (scope, arguments, in, path, output, version) -> {
            STEPS.get().take();
            List<Expression> counted =
                    arguments.stream().map(CountedJq::counted).toList();
            function.apply(scope, counted, in, path, counted(output), version);
        };
    }

    private static Expression counted(Expression argument) {
        return (scope, in, path, output, requirePath) -> argument.apply(scope, in, path, counted(output), requirePath);
    }

    private static PathOutput counted(PathOutput output) {
        Steps steps = STEPS.get();
        return (value, path) -> {
            steps.take();
            output.emit(value, path);
        };
    }
}
