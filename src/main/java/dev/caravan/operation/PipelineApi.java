package dev.caravan.operation;

import dev.caravan.access.Caller;
import dev.caravan.web.Answer;
import dev.caravan.web.Envelope;
import dev.caravan.web.Failures;
import dev.caravan.web.RequestBody;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/** {@code POST /pipeline}: reads the operation, has it done, wraps the answer. The route's only step. */
@Component("pipelineApi")
final class PipelineApi implements Processor {
    private final Operation.Cases operations;
    private final Envelope envelope;
    private final Failures failures;

    PipelineApi(Operation.Cases operations, Envelope envelope, Failures failures) {
        this.operations = operations;
        this.envelope = envelope;
        this.failures = failures;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        HttpServletRequest request = message.getHeader(Exchange.HTTP_SERVLET_REQUEST, HttpServletRequest.class);
        // an answer has no header that is not set here
        message.removeHeaders("*");
        try {
            message.setBody(envelope.success(request, answer(request)));
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        } catch (RuntimeException e) {
            Answer refusal = failures.answer(request, e);
            message.setBody(refusal.body());
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, refusal.status());
            message.setHeader(Exchange.CONTENT_TYPE, refusal.contentType());
        }
    }

    private Object answer(HttpServletRequest request) {
        Caller caller = Caller.of(request);
        OperationRequest asked = OperationRequest.parse(RequestBody.of(request));
        Operation operation = asked.operation();
        caller.require(operation.scope());
        Call call = new Call(caller, asked.timeout());
        int retries = operation.repeatable() ? asked.retries() : 0;
        return Outages.bridged(retries, asked.timeout(), () -> operation.on(operations, call));
    }
}
