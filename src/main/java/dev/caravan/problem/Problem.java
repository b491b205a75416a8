package dev.caravan.problem;

import java.util.List;
import java.util.Map;

/** A request that cannot be done: the reason, a sentence for a person, and everything that is wrong at once. */
public final class Problem extends RuntimeException {
    private final transient Reason reason;
    private final transient List<Violation> violations;
    private final transient Map<String, Object> details;

    public Problem(Reason reason, String message) {
        this(reason, message, List.of(), Map.of());
    }

    public Problem(Reason reason, String message, List<Violation> violations) {
        this(reason, message, violations, Map.of());
    }

    /** @param details further members of the error body, JSON-serialisable */
    public Problem(Reason reason, String message, List<Violation> violations, Map<String, Object> details) {
        super(message);
        this.reason = reason;
        this.violations = List.copyOf(violations);
        this.details = Map.copyOf(details);
    }

    public Reason reason() {
        return reason;
    }

    /** The sentence for a person; never null. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    public List<Violation> violations() {
        return violations;
    }

    public Map<String, Object> details() {
        return details;
    }
}
