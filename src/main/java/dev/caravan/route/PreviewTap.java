package dev.caravan.route;

import dev.caravan.batch.Batch;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;

/** Stands behind each step of a preview and looks at the rows; the batch goes on as it came. */
final class PreviewTap implements Processor {
    static final String NAME = "caravan-preview-tap";
    static final String PREVIEW = "caravan.preview";

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        exchange.getProperty(PREVIEW, Preview.class).look(exchange.getMessage().getMandatoryBody(Batch.class));
    }
}
