package dev.caravan.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps pipelines with all their versions, and the schemas that were inferred for them. */
public interface PipelineStore {
    /** @return false when its project has a pipeline of that name; then nothing is stored */
    boolean insert(Pipeline pipeline);

    /**
     * Makes {@code next} the current version.
     *
     * @return false when the stored version is not {@code next.version() - 1}; then nothing is stored
     */
    boolean addVersion(Pipeline next);

    /** Stores where a pipeline comes from; its version stays. */
    void setOrigin(String id, boolean provisioned, @Nullable String source);

    Optional<Pipeline> find(String id);

    /** @param idOrName either of them, never both the same */
    Optional<Pipeline> find(String project, String idOrName);

    /** By name, those after {@code after}, at most {@code limit}. */
    List<Pipeline> list(String project, @Nullable String after, int limit);

    /** The provisioned ones of all projects. */
    List<Pipeline> provisioned();

    /** @throws dev.caravan.problem.Problem {@code pipeline.version_not_found} */
    Pipeline version(String id, int version);

    /** Versions before {@code before}, newest first, at most {@code limit}. */
    List<Pipeline> versions(String id, int before, int limit);

    /** With its versions and schemas. */
    void delete(String id);

    /**
     * The columns remembered for a scope, in order.
     *
     * @param scope {@code messages}, or the name of a step
     * @return empty when there are none yet
     */
    Map<String, String> schema(String pipelineId, String scope);

    /**
     * Remembers columns unless there are some already.
     *
     * @return those that are stored: all replicas get the same
     */
    Map<String, String> rememberSchema(String pipelineId, String scope, Map<String, String> schema);
}
