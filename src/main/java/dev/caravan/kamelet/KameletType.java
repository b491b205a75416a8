package dev.caravan.kamelet;

import java.util.Locale;

/** Where in a pipeline a Kamelet can stand. */
public enum KameletType {
    SOURCE,
    ACTION,
    SINK;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static KameletType of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
