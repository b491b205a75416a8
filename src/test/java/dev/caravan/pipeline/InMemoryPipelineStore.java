package dev.caravan.pipeline;

import dev.caravan.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store for tests that are about something else. */
public final class InMemoryPipelineStore implements PipelineStore {
    private final Map<String, List<Pipeline>> versions = new TreeMap<>();
    private final Map<String, Map<String, String>> schemas = new TreeMap<>();

    @Override
    public synchronized boolean insert(Pipeline pipeline) {
        if (find(pipeline.project(), pipeline.name()).isPresent()) {
            return false;
        }
        versions.put(pipeline.id(), new ArrayList<>(List.of(pipeline)));
        return true;
    }

    @Override
    public synchronized boolean addVersion(Pipeline next) {
        List<Pipeline> all = versions.get(next.id());
        return all != null && all.get(all.size() - 1).version() == next.version() - 1 && all.add(next);
    }

    @Override
    public synchronized void setOrigin(String id, boolean provisioned, @Nullable String source) {
        versions.getOrDefault(id, List.of())
                .replaceAll(pipeline -> new Pipeline(
                        id,
                        pipeline.project(),
                        pipeline.version(),
                        pipeline.spec(),
                        provisioned,
                        source,
                        pipeline.createdAt(),
                        pipeline.updatedAt()));
    }

    @Override
    public synchronized Optional<Pipeline> find(String id) {
        return Optional.ofNullable(versions.get(id)).map(all -> all.get(all.size() - 1));
    }

    @Override
    public synchronized Optional<Pipeline> find(String project, String idOrName) {
        return current()
                .filter(pipeline -> pipeline.project().equals(project)
                        && (pipeline.id().equals(idOrName) || pipeline.name().equals(idOrName)))
                .findFirst();
    }

    private Stream<Pipeline> current() {
        return versions.values().stream().map(all -> all.get(all.size() - 1));
    }

    @Override
    public synchronized List<Pipeline> list(String project, @Nullable String after, int limit) {
        return current()
                .filter(pipeline -> pipeline.project().equals(project)
                        && (after == null || pipeline.name().compareTo(after) > 0))
                .sorted(Comparator.comparing(Pipeline::name))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<Pipeline> provisioned() {
        return current().filter(Pipeline::provisioned).toList();
    }

    @Override
    public synchronized Pipeline version(String id, int version) {
        return versions.getOrDefault(id, List.of()).stream()
                .filter(pipeline -> pipeline.version() == version)
                .findFirst()
                .orElseThrow(() -> new Problem(PipelineReason.VERSION_NOT_FOUND, "no version " + version));
    }

    @Override
    public synchronized List<Pipeline> versions(String id, int before, int limit) {
        return versions.getOrDefault(id, List.of()).stream()
                .filter(pipeline -> pipeline.version() < before)
                .sorted(Comparator.comparing(Pipeline::version).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized void delete(String id) {
        versions.remove(id);
        schemas.keySet().removeIf(key -> key.startsWith(id + "/"));
    }

    @Override
    public synchronized Map<String, String> schema(String pipelineId, String scope) {
        return schemas.getOrDefault(pipelineId + "/" + scope, Map.of());
    }

    @Override
    public synchronized Map<String, String> rememberSchema(
            String pipelineId, String scope, Map<String, String> schema) {
        schemas.putIfAbsent(pipelineId + "/" + scope, new LinkedHashMap<>(schema));
        return schema(pipelineId, scope);
    }
}
