package dev.caravan.pipeline;

import dev.caravan.problem.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a pipeline file.
 *
 * @param pipeline id of its pipeline; null when the file never made one
 * @param faults why its current text is not used; empty when it is
 */
public record ProvisionedFile(String file, @Nullable String pipeline, List<Violation> faults) {
    public ProvisionedFile {
        faults = List.copyOf(faults);
    }
}
