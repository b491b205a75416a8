package dev.caravan.route;

import dev.caravan.batch.Batch;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Takes a batch through a Kamelet that knows single messages: every row one JSON text, in order, and back to a batch. */
final class RowByRow {
    static final String OPEN = "caravan-rows-open";
    static final String COLLECT = "caravan-rows-collect";
    static final String CLOSE = "caravan-rows-close";
    private static final String INPUT = "caravan.rows.input";
    private static final String PLACE = "caravan.rows.place";
    private static final String SECRETS = "caravan.rows.secrets";
    private static final String OUTPUT = "caravan.rows.output";

    private RowByRow() {}

    /** Body: from the batch to an iterator of JSON texts. */
    record Open(VersionRuntimes runtimes, RouteCompiler compiler) implements Processor {
        @Override
        public void process(Exchange exchange) throws Exception {
            Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
            VersionRuntime runtime = runtimes.of(batch);
            String scope = scope(exchange, batch);
            StepOutput input = new StepOutput(batch, scope, runtime.directory(), Set.of());
            batch.receipt().afterAttempt(input::close);
            input.refused(batch.rows().forEachJson(row -> input.add(row.json(), row.line())));
            StepOutput output = new StepOutput(batch, scope, runtime.directory(), runtime.inlined());
            batch.receipt().afterAttempt(output::close);
            output.refused(input.dead());
            exchange.setProperty(INPUT, input);
            exchange.setProperty(OUTPUT, output);
            exchange.setProperty(SECRETS, compiler.secrets(runtime.spec()));
            exchange.getMessage().setBody(input.texts());
        }

        /**
         * Two steps make different columns. The part of the version's route that a step stands in and its place there tell
         * them apart, and are the same in every version that has the same steps.
         */
        private static String scope(Exchange exchange, Batch batch) {
            int place = exchange.getProperty(PLACE, 0, Integer.class) + 1;
            exchange.setProperty(PLACE, place);
            String steps = RouteCompiler.stepsRoute(batch.pipeline(), batch.version());
            String route = String.valueOf(ExchangeHelper.getRouteId(exchange));
            String part = route.startsWith(steps) ? route.substring(steps.length()) : "";
            return place == 1 && part.isEmpty() ? "rows" : "rows" + part + "-" + place;
        }
    }

    /** Writes what the Kamelet made of a row; a row that became nothing is filtered, one that failed a dead letter. */
    record Collect() implements AggregationStrategy {
        @Override
        public Exchange aggregate(@Nullable Exchange before, Exchange row) {
            StepOutput output = row.getProperty(OUTPUT, StepOutput.class);
            int index = row.getProperty(Exchange.SPLIT_INDEX, 0, Integer.class);
            int origin = row.getProperty(INPUT, StepOutput.class).origin(index);
            Exception failure = row.getException();
            if (failure != null) {
                row.setException(null);
                SecretValues secrets = row.getProperty(SECRETS, SecretValues.class);
                output.refuse(origin, secrets.hiddenIn(String.valueOf(failure.getMessage())));
                return row;
            }
            String json = row.getMessage().getBody(String.class);
            if (json != null && !json.isBlank()) {
                output.add(json.getBytes(StandardCharsets.UTF_8), origin);
            }
            return row;
        }
    }

    /** Body: the batch again, with the collected rows. */
    record Close(VersionRuntimes runtimes) implements Processor {
        @Override
        public void process(Exchange exchange) {
            StepOutput output = exchange.getProperty(OUTPUT, StepOutput.class);
            exchange.getMessage().setBody(output.batch(runtimes.of(output.source())));
        }
    }
}
