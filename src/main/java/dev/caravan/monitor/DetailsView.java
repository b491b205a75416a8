package dev.caravan.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.lifecycle.ReplicaState;
import org.jspecify.annotations.Nullable;

/** The details of an event: what lies behind the status. */
final class DetailsView {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private DetailsView() {}

    /** @param programError why the newest text of the document is not used; null when it is */
    static MonitorEvent.Details of(PipelineState state, Deployment deployment, @Nullable JsonNode programError) {
        return new MonitorEvent.Details(
                resources(state, programError),
                deployment.runtime() == null ? null : runtime(state),
                deployment.hasError() ? error(state) : null,
                null);
    }

    static MonitorEvent.Details broken(@Nullable JsonNode programError) {
        return new MonitorEvent.Details(JSON.objectNode().set("program_error", programError), null, null, null);
    }

    private static JsonNode resources(PipelineState state, @Nullable JsonNode programError) {
        ObjectNode details = JSON.objectNode();
        trouble(state, details);
        details.put("replicas", state.replicas().size());
        if (programError != null) {
            details.set("program_error", programError);
        }
        return details;
    }

    private static JsonNode runtime(PipelineState state) {
        ObjectNode details = JSON.objectNode();
        trouble(state, details);
        ArrayNode replicas = details.putArray("replicas");
        for (ReplicaState replica : state.replicas()) {
            replicas.addObject()
                    .put("name", replica.replica())
                    .put("status", replica.status().wireName())
                    .put("version", replica.version())
                    .put("partitions", replica.partitions());
        }
        return details;
    }

    /** In the form of that API's errors. */
    static ObjectNode error(PipelineState state) {
        ObjectNode details = JSON.objectNode();
        trouble(state, details);
        ObjectNode error = JSON.objectNode();
        error.put("error_code", state.reason() == null ? "unknown" : state.reason());
        error.put("message", state.message() == null ? "The pipeline has failed." : state.message());
        error.set("details", details);
        return error;
    }

    private static void trouble(PipelineState state, ObjectNode details) {
        if (state.reason() != null) {
            details.put("reason", state.reason());
            details.put("message", state.message());
            details.put("attempt", state.attempt());
            details.put(
                    "next_try", state.nextTry() == null ? null : state.nextTry().toString());
        }
    }
}
