package dev.caravan.wait;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the query parameters of a request and remembers all that is wrong with them; {@link #check} comes last. */
final class Query {
    private final Map<String, String[]> parameters;
    private final Set<String> asked = new TreeSet<>();
    private final List<Violation> violations = new ArrayList<>();

    Query(HttpServletRequest request) {
        this.parameters = request.getParameterMap();
    }

    @Nullable String text(String name) {
        asked.add(name);
        String[] values = parameters.get(name);
        if (values == null) {
            return null;
        }
        if (values.length > 1) {
            wrong(name, "is there " + values.length + " times");
        }
        return values[0];
    }

    /** @param reading throws IllegalArgumentException or DateTimeException when it is not */
    <T> @Nullable T read(String name, String what, Function<String, T> reading) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return reading.apply(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            wrong(name, "has to be " + what);
            return null;
        }
    }

    @Nullable Instant time(String name) {
        return read(name, "a time such as 2026-01-31T12:00:00Z", text -> OffsetDateTime.parse(text)
                .toInstant());
    }

    int number(String name, int least, int most, int otherwise) {
        Integer number = read(name, "a whole number from " + least + " to " + most, text -> {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
        return number == null ? otherwise : number;
    }

    void wrong(String name, String message) {
        violations.add(new Violation("/" + name, message));
    }

    /** @throws Problem with everything that is wrong, unknown parameters included */
    void check() {
        parameters.keySet().stream()
                .filter(name -> !asked.contains(name))
                .forEach(name -> wrong(
                        name,
                        asked.isEmpty() ? "is not known; there are none here" : "is not known; there is " + asked));
        if (!violations.isEmpty()) {
            throw new Problem(
                    WaitReason.INVALID_PARAMETER,
                    "A parameter is wrong: "
                            + violations.get(0).path().substring(1) + " "
                            + violations.get(0).message() + ".",
                    violations);
        }
    }
}
