package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The ranges of sizes and durations, which a JSON Schema cannot tell. */
final class OptionRules {
    private OptionRules() {}

    /** @param options the member {@code options} of the document, whatever it is */
    static List<Violation> check(JsonNode options) {
        JsonNode batch = options.path("batch");
        List<Violation> violations = new ArrayList<>();
        read(options.path("idle"), Amounts::duration)
                .filter(given -> !given.isZero()
                        && (given.compareTo(PipelineOptions.MIN_IDLE) < 0
                                || given.compareTo(PipelineOptions.MAX_IDLE) > 0))
                .ifPresent(given ->
                        violations.add(new Violation("/options/idle", "must be between 1s and 7d, or 0s for never")));
        read(options.path("signals").path("buffer"), Amounts::duration)
                .filter(given -> given.compareTo(Signals.MIN_BUFFER) < 0 || given.compareTo(Signals.MAX_BUFFER) > 0)
                .ifPresent(
                        given -> violations.add(new Violation("/options/signals/buffer", "must be between 1s and 7d")));
        JsonNode size = batch.path("max_bytes");
        Optional<Long> bytes = size.isIntegralNumber() ? Optional.of(size.longValue()) : read(size, Amounts::bytes);
        bytes.filter(given -> given < BatchLimits.MIN_BYTES || given > BatchLimits.MAX_BYTES)
                .ifPresent(given ->
                        violations.add(new Violation("/options/batch/max_bytes", "must be between 1MiB and 512MiB")));
        Optional<Duration> interval = read(batch.path("max_interval"), Amounts::duration);
        interval.filter(given ->
                        given.compareTo(BatchLimits.MIN_INTERVAL) < 0 || given.compareTo(BatchLimits.MAX_INTERVAL) > 0)
                .ifPresent(given ->
                        violations.add(new Violation("/options/batch/max_interval", "must be between 100ms and 1h")));
        return violations;
    }

    /** Empty when it is no amount, which the schema has said already. */
    private static <T> Optional<T> read(JsonNode text, Function<String, T> parse) {
        try {
            return text.isTextual() ? Optional.of(parse.apply(text.textValue())) : Optional.empty();
        } catch (IllegalArgumentException noAmount) {
            return Optional.empty();
        }
    }
}
