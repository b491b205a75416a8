package dev.caravan.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Reason;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the query of a URL as strictly as {@link Fields} reads a body: ask for every parameter, then call {@link #check},
 * which throws with everything that is wrong, unknown parameters included.
 */
public final class QueryFields {
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

    private final Map<String, String[]> parameters;
    private final Reason refusal;
    private final Set<String> asked = new TreeSet<>();
    private final List<Violation> violations = new ArrayList<>();

    public QueryFields(HttpServletRequest request) {
        this(request, WebReason.INVALID_FIELDS);
    }

    /** @param refusal the reason for which wrong parameters are refused */
    public QueryFields(HttpServletRequest request, Reason refusal) {
        this.parameters = request.getParameterMap();
        this.refusal = refusal;
    }

    /** The parameter; null when it is absent, or wrong. */
    public @Nullable String text(String name) {
        asked.add(name);
        String[] values = parameters.get(name);
        if (values == null) {
            return null;
        }
        if (values.length > 1) {
            wrong(name, "is there " + values.length + " times");
            return null;
        }
        if (values[0].indexOf('\0') >= 0) {
            wrong(name, "has the character U+0000, which no text here can have");
            return null;
        }
        return values[0];
    }

    /** @param reading throws IllegalArgumentException or DateTimeException when the text is not {@code what} */
    public <T> @Nullable T read(String name, String what, Function<String, T> reading) {
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

    public @Nullable Instant time(String name) {
        return read(name, "a time such as 2026-01-31T12:00:00Z", text -> OffsetDateTime.parse(text)
                .toInstant());
    }

    public int number(String name, int least, int most, int otherwise) {
        Integer number = read(name, "a whole number from " + least + " to " + most, text -> {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
        return number == null ? otherwise : number;
    }

    /**
     * All parameters as an object, to be read as a body is, with {@link Fields}.
     *
     * @param numbers become numbers if they can
     * @param flags become booleans if they can
     * @throws Problem when one is there twice, or is no text that can be stored
     */
    public ObjectNode object(Set<String> numbers, Set<String> flags) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (String name : parameters.keySet()) {
            String text = text(name);
            if (text != null && numbers.contains(name) && NUMBER.matcher(text).matches()) {
                object.put(name, Long.parseLong(text));
            } else if (flags.contains(name) && ("true".equals(text) || "false".equals(text))) {
                object.put(name, Boolean.parseBoolean(text));
            } else {
                object.put(name, text);
            }
        }
        check();
        return object;
    }

    public void wrong(String name, String message) {
        violations.add(new Violation("/" + name.replace("~", "~0").replace("/", "~1"), message));
    }

    /** @throws Problem with everything that is wrong */
    public void check() {
        parameters.keySet().stream()
                .filter(name -> !asked.contains(name))
                .forEach(name -> wrong(name, "is not known" + hint(name)));
        if (!violations.isEmpty()) {
            Violation first = violations.get(0);
            String others = violations.size() > 1 ? ", and others are." : ".";
            throw new Problem(
                    refusal,
                    "The parameter " + first.path().substring(1) + " is wrong: it " + first.message() + others,
                    violations);
        }
    }

    private String hint(String name) {
        return Nearest.to(name, asked)
                .map(nearest -> ", did you mean " + nearest + "?")
                .orElse(asked.isEmpty() ? "; there are none here" : "; there is " + String.join(", ", asked));
    }
}
