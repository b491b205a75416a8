package dev.caravan.pipeline;

import dev.caravan.kamelet.KameletCatalog;
import java.util.List;

/** Reads documents for tests of other packages. */
public final class PipelineSpecs {
    private PipelineSpecs() {}

    /** @param yaml a document that is right */
    public static PipelineSpec read(String yaml) {
        return read(yaml, KameletCatalog.load(null));
    }

    /** A document that may use other Kamelets than those that come with Caravan. */
    public static PipelineSpec read(String yaml, KameletCatalog catalog) {
        return new PipelineRules(catalog, spec -> List.of()).read(PipelineDocument.parse(yaml, "pipeline.yaml"));
    }
}
