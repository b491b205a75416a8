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

    BatchDispatch(ProducerTemplate producer) {
        this.producer = producer;
    }

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        try (MDC.MDCCloseable pipeline = MDC.putCloseable("pipeline", batch.pipeline());
                MDC.MDCCloseable offsets =
                        MDC.putCloseable("offsets", batch.range().toString())) {
            producer.send("direct:" + batch.route(), exchange);
            batch.receipt().fail(exchange.getException());
            exchange.setException(null);
        } finally {
            batch.receipt().endAttempt();
        }
    }
}
