package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** An operation of an API as the only step of its route: answers with what it gives, or says why it does not. */
public final class Endpoint implements Processor {
    private final Failures failures;
    private final Function<HttpServletRequest, Answer> operation;

    /** @param operation may throw; {@link Failures} tells the client what it may know */
    public Endpoint(Failures failures, Function<HttpServletRequest, Answer> operation) {
        this.failures = failures;
        this.operation = operation;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        HttpServletRequest request =
                Objects.requireNonNull(message.getHeader(Exchange.HTTP_SERVLET_REQUEST, HttpServletRequest.class));
        // an answer has no header that is not set here
        message.removeHeaders("*");
        Answer answer = answer(request);
        message.setBody(answer.body());
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        if (!answer.contentType().isEmpty()) {
            message.setHeader(Exchange.CONTENT_TYPE, answer.contentType());
        }
        answer.headers().forEach(message::setHeader);
    }

    private Answer answer(HttpServletRequest request) {
        try {
            return operation.apply(request);
        } catch (RuntimeException e) {
            return failures.answer(request, e);
        }
    }
}
