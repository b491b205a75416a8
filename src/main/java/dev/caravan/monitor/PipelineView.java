package dev.caravan.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.pipeline.Pipeline;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline as clients of {@code /v0} read it.
 *
 * @param pipeline null for a file that never made one
 * @param document with the values of secrets replaced
 */
record PipelineView(
        String name,
        @Nullable Pipeline pipeline,
        Deployment deployment,
        MonitorEvent.Details details,
        Instant statusSince,
        Instant desiredSince,
        Instant programSince,
        @Nullable JsonNode programError,
        @Nullable JsonNode document) {
    private static final String PLATFORM = "caravan";

    /** Clients look for errors of each kind in it. */
    private static final JsonNode NO_ERROR = JsonNodeFactory.instance
            .objectNode()
            .putNull("sql_compilation")
            .putNull("rust_compilation")
            .putNull("system_error");

    static PipelineView of(Pipeline pipeline, PipelineState state, Optional<Monitored> monitored, JsonNode document) {
        Program program = monitored.map(Monitored::program).orElse(Program.SUCCESS);
        JsonNode error = monitored.map(Monitored::programError).orElse(null);
        Deployment deployment = Deployment.of(state, program);
        Instant desired = state.since();
        return new PipelineView(
                pipeline.name(),
                pipeline,
                deployment,
                DetailsView.of(state, deployment, error),
                monitored.map(Monitored::statusSince).orElse(pipeline.createdAt()),
                desired == null ? pipeline.createdAt() : desired,
                pipeline.updatedAt(),
                error,
                document);
    }

    static PipelineView of(Monitored broken) {
        return new PipelineView(
                broken.name(),
                null,
                Deployment.broken(broken.program()),
                DetailsView.broken(broken.programError()),
                broken.statusSince(),
                broken.statusSince(),
                broken.programSince(),
                broken.programError(),
                null);
    }

    Map<String, Object> fields(Selector selector) {
        Map<String, Object> view = new LinkedHashMap<>();
        identity(view);
        program(view);
        view.put("storage_status", deployment.storage());
        deployment(view);
        if (selector == Selector.ALL) {
            everything(view);
        }
        return view;
    }

    private void identity(Map<String, Object> view) {
        view.put("id", pipeline == null ? "file:" + name : pipeline.id());
        view.put("name", name);
        view.put("description", pipeline == null ? null : pipeline.spec().description());
        view.put("tags", List.of());
        view.put("created_at", pipeline == null ? programSince : pipeline.createdAt());
        view.put("version", version());
        view.put("platform_version", PLATFORM);
    }

    private int version() {
        return pipeline == null ? 0 : pipeline.version();
    }

    private void program(Map<String, Object> view) {
        view.put("program_version", version());
        view.put("program_status", deployment.program());
        view.put("program_status_since", programSince);
        view.put("refresh_version", version());
    }

    private void deployment(Map<String, Object> view) {
        boolean runs = deployment.runtime() != null;
        view.put("deployment_status", deployment.combined());
        view.put("deployment_status_since", statusSince);
        view.put("deployment_desired_status", deployment.combinedDesired());
        view.put("deployment_desired_status_since", desiredSince);
        view.put("deployment_error", details.error());
        view.put("deployment_resources_status", deployment.resources());
        view.put("deployment_resources_status_since", statusSince);
        view.put("deployment_resources_desired_status", deployment.desired());
        view.put("deployment_resources_desired_status_since", desiredSince);
        view.put("deployment_runtime_status", deployment.runtime());
        view.put("deployment_runtime_status_since", runs ? statusSince : null);
        view.put("deployment_runtime_status_details", details.runtime());
        view.put("deployment_runtime_desired_status", deployment.runtimeDesired());
        view.put("deployment_runtime_desired_status_since", deployment.runtimeDesired() == null ? null : desiredSince);
    }

    /** What that API compiles programs from has no counterpart here: the document stands where they keep their settings. */
    private void everything(Map<String, Object> view) {
        view.put("deployment_resources_status_details", details.resources());
        view.put("storage_status_details", details.storage());
        view.put("program_error", programError == null ? NO_ERROR : programError);
        view.put("program_code", "");
        view.put("program_config", Map.of());
        view.put("program_info", null);
        view.put("udf_rust", "");
        view.put("udf_toml", "");
        view.put("runtime_config", document == null ? Map.of() : document);
    }
}
