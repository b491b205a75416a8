package dev.caravan.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.Rows.JsonRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** The jq-transform-action Kamelet: every row through a jq expression; each object it gives is a row. */
public final class JqTransform implements Processor, CamelContextAware {
    private static final ObjectMapper JSON = new ObjectMapper();

    private @Nullable CamelContext camel;
    private String step = "jq";
    private @Nullable JsonQuery query;

    /** @throws IllegalArgumentException when it is not jq 1.6 */
    public void setExpression(String expression) {
        query = parse(expression);
    }

    static JsonQuery parse(String expression) {
        try {
            return JsonQuery.compile(expression, Versions.JQ_1_6);
        } catch (JsonQueryException e) {
            throw new IllegalArgumentException("not a jq expression: " + e.getMessage(), e);
        }
    }

    public void setStep(String step) {
        this.step = step;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        VersionRuntimes runtimes = Objects.requireNonNull(camel).getRegistry().findSingleByType(VersionRuntimes.class);
        VersionRuntime runtime = runtimes.of(batch);
        StepOutput output = new StepOutput(batch, step, runtime.directory(), runtime.inlined());
        batch.receipt().afterAttempt(output::close);
        boolean preview = exchange.getProperty(PreviewTap.PREVIEW) != null;
        long deadline = System.nanoTime() + Previews.LIMITS.timeLimit().toNanos();
        output.refused(batch.rows().forEachJson(row -> {
            if (preview && System.nanoTime() - deadline >= 0) {
                throw BatchException.pause("step_timeout", "step '" + step + "' takes longer than it may in a preview");
            }
            apply(row, output);
        }));
        exchange.getMessage().setBody(output.batch(runtime));
    }

    private void apply(JsonRow row, StepOutput output) {
        try {
            JsonNode in = JSON.readTree(row.json());
            List<byte[]> made = new ArrayList<>(1);
            CountedJq.apply(Objects.requireNonNull(query), in, out -> made.add(bytes(out)));
            made.forEach(json -> output.add(json, row.line()));
        } catch (JsonQueryException e) {
            output.refuse(row.line(), String.valueOf(e.getMessage()));
        } catch (StreamConstraintsException e) {
            output.refuse(row.line(), "the row cannot be read: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw BatchException.retry("disk_unavailable", "rows cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(JsonNode out) throws JsonQueryException {
        if (!out.isObject()) {
            throw new JsonQueryException("the expression gave " + out.getNodeType() + ", not an object");
        }
        try {
            return JSON.writeValueAsBytes(out);
        } catch (JsonProcessingException e) {
            throw new JsonQueryException(e);
        }
    }

    @Override
    public void setCamelContext(CamelContext context) {
        camel = context;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camel;
    }
}
