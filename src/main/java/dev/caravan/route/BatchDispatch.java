package dev.caravan.route;

import dev.caravan.batch.Batch;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.slf4j.MDC;

/**
 * Sends a batch to the steps of its version and keeps the outcome on its receipt: the source decides what follows, so
 * Camel never sees a failure and no error handler can skip a batch.
 */
final class BatchDispatch implements Processor {
    private final ProducerTemplate producer;
    private final BatchSpans spans;

    BatchDispatch(ProducerTemplate producer, BatchSpans spans) {
        this.producer = producer;
        this.spans = spans;
    }

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        try (MDC.MDCCloseable pipeline = MDC.putCloseable("pipeline", batch.pipeline());
                MDC.MDCCloseable offsets =
                        MDC.putCloseable("offsets", batch.range().toString());
                BatchSpans.Attempt attempt = spans.begin(batch)) {
            producer.send("direct:" + batch.route(), exchange);
            attempt.ended(exchange.getException());
            batch.receipt().fail(exchange.getException());
            exchange.setException(null);
        } finally {
            batch.receipt().endAttempt();
        }
    }
}
