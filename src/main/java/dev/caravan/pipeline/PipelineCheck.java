package dev.caravan.pipeline;

import dev.caravan.problem.Violation;
import java.util.List;

/** Looks deeper than the document's shape, before anything is stored: do the queries bind, do the routes compile? */
public interface PipelineCheck {
    /** @return everything that is wrong, with paths into the document; empty when it would run */
    List<Violation> check(PipelineSpec spec);

    /**
     * Looks at the values of one step by themselves, where the rest of the document is not right yet.
     *
     * @param at JSON pointer of the step's properties
     */
    default List<Violation> check(String at, Step step) {
        return List.of();
    }
}
