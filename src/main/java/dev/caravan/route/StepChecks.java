package dev.caravan.route;

import dev.caravan.batch.FileFormat;
import dev.caravan.delivery.Expressions;
import dev.caravan.delivery.ObjectKey;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Signals;
import dev.caravan.pipeline.Step;
import dev.caravan.problem.Violation;
import dev.caravan.sql.CheckedQuery;
import dev.caravan.sql.SqlEngine;
import dev.caravan.sql.SqlGuard;
import dev.caravan.sql.SqlRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks into the values of our own Kamelets: queries, expressions, prefixes. */
final class StepChecks {
    private final SqlGuard guard;
    private final SqlEngine engine;

    /** @param engine binds queries to a declared schema; sees no data */
    StepChecks(SqlGuard guard, SqlEngine engine) {
        this.guard = guard;
        this.engine = engine;
    }

    /** @param at JSON pointer of the step's properties */
    List<Violation> check(String at, Step step) {
        Map<String, Object> properties = step.properties();
        List<Violation> violations = new ArrayList<>();
        if (properties.get("query") instanceof String query) {
            refused(query, guard::check).forEach(message -> violations.add(new Violation(at + "/query", message)));
        }
        if (step.kamelet().equals("jq-transform-action") && properties.get("expression") instanceof String jq) {
            try {
                JqTransform.parse(jq);
            } catch (IllegalArgumentException e) {
                violations.add(new Violation(at + "/expression", String.valueOf(e.getMessage())));
            }
        }
        if (step.kamelet().equals("s3-sink")) {
            objects(at, properties, violations);
        }
        if (WaitStep.isWait(step)) {
            wait(at, properties, violations);
        }
        List<String> partitionBy = partitionBy(step);
        for (int i = 0; i < partitionBy.size(); i++) {
            String path = at + "/partition_by/" + i;
            String expression = partitionBy.get(i);
            refused(expression, guard::checkExpression)
                    .forEach(message -> violations.add(new Violation(path, message)));
        }
        return violations;
    }

    private static void objects(String at, Map<String, Object> properties, List<Violation> violations) {
        if (properties.get("bucket") instanceof String bucket) {
            ObjectKey.checkBucket(bucket).ifPresent(message -> violations.add(new Violation(at + "/bucket", message)));
        }
        if (properties.get("prefix") instanceof String prefix) {
            ObjectKey.checkPrefix(prefix).ifPresent(message -> violations.add(new Violation(at + "/prefix", message)));
        }
        if (properties.get("format") instanceof String format
                && properties.get("compression") instanceof String compression
                && !FileFormat.Type.of(format).takes(FileFormat.Compression.of(compression))) {
            String fault = format + " cannot be compressed with " + compression + ": only Parquet can";
            violations.add(new Violation(at + "/compression", fault));
        }
    }

    private static void wait(String at, Map<String, Object> properties, List<Violation> violations) {
        if (properties.get("event_key") instanceof String template) {
            sentence(() -> KeyTemplate.parse(template))
                    .ifPresent(fault -> violations.add(new Violation(at + "/event_key", fault)));
        }
        if (properties.get("timeout") instanceof String timeout) {
            sentence(() -> WaitStep.timeout(timeout))
                    .ifPresent(fault -> violations.add(new Violation(at + "/timeout", fault)));
        }
    }

    static List<Violation> signals(@Nullable Signals signals) {
        List<Violation> violations = new ArrayList<>();
        if (signals != null) {
            sentence(() -> KeyTemplate.parse(signals.key()))
                    .ifPresent(fault -> violations.add(new Violation("/options/signals/key", fault)));
            String payload = signals.payload();
            if (payload != null) {
                sentence(() -> KeyTemplate.parse(payload))
                        .ifPresent(fault -> violations.add(new Violation("/options/signals/payload", fault)));
            }
        }
        return violations;
    }

    private static Optional<String> sentence(Supplier<?> reading) {
        try {
            var unused = reading.get();
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** A row that waits is one message; a query's rows may be made of several. */
    List<Violation> order(PipelineSpec spec) {
        List<Violation> violations = new ArrayList<>();
        Step query = null;
        for (int i = 0; i < spec.steps().size(); i++) {
            Step step = spec.steps().get(i);
            if (query == null && step.properties().containsKey("query")) {
                query = step;
            }
            if (query != null && WaitStep.isWait(step)) {
                violations.add(new Violation("/steps/" + i, behind(query.name())));
            }
        }
        return violations;
    }

    private static String behind(String query) {
        return "rows wait before queries: what waits is counted by the offset of its message, and a row of step '"
                + query
                + "' may be made of several messages; put this step in front of '" + query
                + "', and choose or change the rows that wait with jq-transform-action";
    }

    private static List<String> partitionBy(Step step) {
        Object value = step.properties().get("partition_by");
        if (value instanceof String text) {
            return Expressions.parse(text);
        }
        return value instanceof List<?> expressions
                ? expressions.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static List<String> refused(String text, Consumer<String> check) {
        try {
            check.accept(text);
            return List.of();
        } catch (SqlRefused e) {
            return e.messages();
        }
    }

    /** Binds the queries to the declared schema as far as the steps between are queries. */
    List<Violation> bind(PipelineSpec spec) {
        if (spec.schema().isEmpty()) {
            return List.of();
        }
        List<CheckedQuery> queries = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < spec.steps().size(); i++) {
            Step step = spec.steps().get(i);
            if (!(step.properties().get("query") instanceof String query)) {
                paths.add("/steps/" + i + "/properties/partition_by");
                return bind(spec, queries, step, paths);
            }
            queries.add(guard.check(query));
            paths.add("/steps/" + i + "/properties/query");
        }
        return List.of();
    }

    private List<Violation> bind(PipelineSpec spec, List<CheckedQuery> queries, Step next, List<String> paths) {
        List<CheckedQuery> partitionBy =
                partitionBy(next).stream().map(guard::checkExpression).toList();
        return engine.bind(spec.schema(), queries, partitionBy).faults().stream()
                .map(fault -> new Violation(fault.step() < 0 ? "/schema" : paths.get(fault.step()), fault.message()))
                .toList();
    }
}
