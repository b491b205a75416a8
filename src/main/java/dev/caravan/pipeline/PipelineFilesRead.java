package dev.caravan.pipeline;

import java.util.List;

/**
 * Which pipeline files there are now. Told by each replica, at its start and when files have gone.
 *
 * @param files their names, those that are not used included
 */
public record PipelineFilesRead(String project, List<String> files) {
    public PipelineFilesRead {
        files = List.copyOf(files);
    }
}
