package dev.caravan.log;

import java.util.Locale;

/** How much an entry matters; stored by its number. */
public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
