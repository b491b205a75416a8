package dev.caravan.kamelet;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One value that a Kamelet takes.
 *
 * @param type JSON Schema type: string, integer, number, boolean, array or object
 * @param values the allowed ones; empty when all are
 * @param secret never shown nor logged
 * @param expression may hold <code>{{</code> and <code>${</code>: the Kamelet passes it to a bean, never to Camel
 * @param bound given by Caravan, not by the author
 */
public record KameletParameter(
        String name,
        String title,
        String description,
        String type,
        boolean required,
        @Nullable Object defaultValue,
        List<Object> values,
        @Nullable BigDecimal minimum,
        @Nullable BigDecimal maximum,
        @Nullable String pattern,
        boolean secret,
        boolean expression,
        boolean bound) {
    public KameletParameter {
        values = List.copyOf(values);
    }
}
