package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pipeline document as it came in, with the place of each of its parts when it came as a text. */
public final class PipelineDocument {
    static final int MAX_BYTES = 1 << 20;
    static final int MAX_DEPTH = 64;

    private final JsonNode root;
    private final Map<String, Location> locations;

    PipelineDocument(JsonNode root, Map<String, Location> locations) {
        this.root = root;
        this.locations = Map.copyOf(locations);
    }

    /** One that was parsed elsewhere, under limits of its own; its faults have no line. */
    public static PipelineDocument of(JsonNode root) {
        return new PipelineDocument(root, Map.of());
    }

    /**
     * Reads YAML or JSON.
     *
     * @param file decides by its ending; without one JSON is what starts with a brace
     * @throws Problem {@code pipeline.too_large} past 1 MiB, {@code pipeline.invalid} when it is neither, is deeper than
     *     64 levels, has a key twice or a YAML alias
     */
    public static PipelineDocument parse(String text, @Nullable String file) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new Problem(PipelineReason.TOO_LARGE, "a pipeline document has at most 1 MiB");
        }
        boolean json = file == null ? text.stripLeading().startsWith("{") : file.endsWith(".json");
        return json ? JsonText.read(text) : YamlText.read(text);
    }

    JsonNode root() {
        return root;
    }

    /** The problem with all violations, each with its place, in the order of the text. */
    Problem invalid(List<Violation> violations) {
        List<Violation> located = violations.stream()
                .map(this::locate)
                .distinct()
                .sorted(Comparator.comparing(Violation::line, Comparator.nullsFirst(Comparator.naturalOrder()))
                        .thenComparing(Violation::column, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
        return problem(located);
    }

    static Problem problem(List<Violation> violations) {
        String message = violations.size() == 1
                ? violations.get(0).toString()
                : "the pipeline document has " + violations.size() + " faults: " + violations.get(0) + "; …";
        return new Problem(PipelineReason.INVALID, message, violations);
    }

    private Violation locate(Violation violation) {
        if (violation.line() != null) {
            return violation;
        }
        String path = violation.path();
        while (!locations.containsKey(path) && !path.isEmpty()) {
            path = path.substring(0, path.lastIndexOf('/'));
        }
        Location at = locations.get(path);
        return at == null ? violation : new Violation(violation.path(), violation.message(), at.line(), at.column());
    }
}
