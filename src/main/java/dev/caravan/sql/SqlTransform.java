package dev.caravan.sql;

import dev.caravan.batch.Batch;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * ⑤ of 8: step of a pipeline: batch in, batch out. Only remembers the query; the sink at the end of the route has reading, all
 * queries and writing done in one pass.
 */
public final class SqlTransform implements Processor {
    private @Nullable String query;
    private String step = "sql";

    public void setQuery(String query) {
        this.query = query;
    }

    /** Name of the step, for the dead letters of messages that it refuses. */
    public void setStep(String step) {
        this.step = step;
    }

    @Override
    public void process(Exchange exchange) {
        if (query == null) {
            throw new IllegalStateException("step " + step + " has no query");
        }
        Message message = exchange.getMessage();
        if (!(message.getBody() instanceof Batch batch)) {
            throw new IllegalStateException("step " + step + " takes a batch; put it before steps for single messages");
        }
        message.setBody(batch.withRows(batch.rows().select(step, query)));
    }
}
