package dev.caravan.web;

import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** {@code GET /openapi.yaml}: the contract that the routes are made from, byte for byte. */
@Component("openapiDocument")
final class OpenapiDocument implements Processor {
    private final byte[] text;

    OpenapiDocument() throws IOException {
        text = new ClassPathResource("openapi.yaml").getContentAsByteArray();
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/yaml");
        message.setBody(text);
    }
}
