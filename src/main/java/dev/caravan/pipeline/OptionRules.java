package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The ranges of sizes and durations, which a JSON Schema cannot tell. */
final class OptionRules {
    private OptionRules() {}

    /** @param batch the member {@code options/batch} of the document, whatever it is */
    static List<Violation> check(JsonNode batch) {
        List<Violation> violations = new ArrayList<>();
        try {
            JsonNode given = batch.path("max_bytes");
            if (given.isTextual() || given.isIntegralNumber()) {
                long bytes = given.isTextual() ? Amounts.bytes(given.textValue()) : given.longValue();
                if (bytes < BatchLimits.MIN_BYTES || bytes > BatchLimits.MAX_BYTES) {
                    violations.add(new Violation("/options/batch/max_bytes", "must be between 1MiB and 512MiB"));
                }
            }
            if (batch.path("max_interval").isTextual()) {
                Duration interval = Amounts.duration(batch.path("max_interval").textValue());
                if (interval.compareTo(BatchLimits.MIN_INTERVAL) < 0
                        || interval.compareTo(BatchLimits.MAX_INTERVAL) > 0) {
                    violations.add(new Violation("/options/batch/max_interval", "must be between 100ms and 1h"));
                }
            }
        } catch (IllegalArgumentException notAnAmount) {
            // the schema has said so
        }
        return violations;
    }
}
