package dev.caravan.pipeline;

import dev.caravan.problem.Violation;
import java.util.List;

/** Looks deeper than the document's shape, before anything is stored: do the queries bind, do the routes compile? */
public interface PipelineCheck {
    /** @return everything that is wrong, with paths into the document; empty when it would run */
    List<Violation> check(PipelineSpec spec);
}
