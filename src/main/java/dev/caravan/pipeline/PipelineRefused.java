package dev.caravan.pipeline;

import dev.caravan.problem.Violation;
import java.util.List;

/**
 * A pipeline file says something that cannot be used; the pipeline that an earlier text made stays as it is. Told by each
 * replica, at each start and at each change of the file.
 *
 * @param name what the pipeline is called, or would be
 * @param readable whether the text is to blame, rather than that it could not be read
 */
public record PipelineRefused(String project, String name, String file, boolean readable, List<Violation> faults) {
    public PipelineRefused {
        faults = List.copyOf(faults);
    }
}
