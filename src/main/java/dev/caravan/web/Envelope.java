package dev.caravan.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The bodies of {@code /pipeline}: {@code {success, data, meta}} and {@code {success, error, meta}}. */
@Component
public final class Envelope {
    private final Clock clock;

    Envelope(Clock clock) {
        this.clock = clock;
    }

    public byte[] success(HttpServletRequest request, Object data) {
        Meta meta = new Meta(
                RequestId.of(request), now(), Stopwatch.elapsed(request).toMillis());
        return StrictJson.bytes(new Success(true, data, meta));
    }

    static Object failure(String requestId, Instant now, Problem problem) {
        ErrorBody error = new ErrorBody(problem.reason().code().name(), problem.detail(), details(problem));
        return new Failure(false, error, new Meta(requestId, now.truncatedTo(ChronoUnit.MILLIS), null));
    }

    /** The reason, the violations if there are any, and what else the problem brings. */
    static Map<String, Object> details(Problem problem) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("reason", problem.reason().id());
        List<Place> places = places(problem);
        if (!places.isEmpty()) {
            details.put("violations", places);
        }
        problem.details().forEach(details::putIfAbsent);
        return details;
    }

    static List<Place> places(Problem problem) {
        return problem.violations().stream().map(Place::of).toList();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    record Success(boolean success, Object data, Meta meta) {}

    record Failure(boolean success, ErrorBody error, Meta meta) {}

    record ErrorBody(String code, String message, Map<String, Object> details) {}

    /** @param duration in milliseconds; only an answer that succeeded has one */
    record Meta(
            @JsonProperty("requestId") String requestId,
            Instant timestamp,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long duration) {}

    record Place(
            String path,
            String message,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer line,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer column) {
        static Place of(Violation violation) {
            return new Place(violation.path(), violation.message(), violation.line(), violation.column());
        }
    }
}
