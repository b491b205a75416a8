package dev.caravan.operation;

import dev.caravan.access.Caller;
import dev.caravan.web.Answer;
import dev.caravan.web.Envelope;
import dev.caravan.web.RequestBody;
import jakarta.servlet.http.HttpServletRequest;

/** {@code POST /pipeline}: reads the operation, has it done, wraps the answer. */
final class PipelineApi {
    private final Operation.Cases operations;
    private final Envelope envelope;

    PipelineApi(Operation.Cases operations, Envelope envelope) {
        this.operations = operations;
        this.envelope = envelope;
    }

    Answer answer(HttpServletRequest request) {
        Caller caller = Caller.of(request);
        OperationRequest asked = OperationRequest.parse(RequestBody.of(request));
        Operation operation = asked.operation();
        caller.require(operation.scope());
        Call call = new Call(caller, asked.timeout());
        int retries = operation.repeatable() ? asked.retries() : 0;
        Object data = Outages.bridged(retries, asked.timeout(), () -> operation.on(operations, call));
        return new Answer(200, "application/json", envelope.success(request, data));
    }
}
