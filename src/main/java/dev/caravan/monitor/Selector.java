package dev.caravan.monitor;

import dev.caravan.web.QueryFields;
import org.jspecify.annotations.Nullable;

/** Which fields of an event, or of a pipeline, are given. */
enum Selector {
    STATUS,
    ALL;

    /** @param otherwise when the parameter is not there; and when it is wrong, which the fields will tell */
    static Selector of(QueryFields query, Selector otherwise) {
        @Nullable String selector = query.text("selector");
        if (selector == null) {
            return otherwise;
        }
        return switch (selector) {
            case "all" -> ALL;
            case "status" -> STATUS;
            default -> {
                query.wrong("selector", "has to be all or status");
                yield otherwise;
            }
        };
    }
}
