package dev.caravan.lifecycle;

import dev.caravan.delivery.FileEntry;
import java.util.List;

/** A pipeline that was stopped, and the ranges that were flushed while it stopped, from all replicas. */
public record Stopped(PipelineState state, List<FileEntry> flushed) {
    public Stopped {
        flushed = List.copyOf(flushed);
    }
}
