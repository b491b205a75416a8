package dev.caravan.pipeline;

import dev.caravan.kamelet.KameletCatalog;
import java.util.List;

/** Reads documents for tests of other packages. */
public final class PipelineSpecs {
    private PipelineSpecs() {}

    /** @param yaml a document that is right */
    public static PipelineSpec read(String yaml) {
        return new PipelineRules(KameletCatalog.load(null), spec -> List.of())
                .read(PipelineDocument.parse(yaml, "pipeline.yaml"));
    }
}
