package dev.caravan.lifecycle;

import java.util.Locale;

/** What a person wants of a pipeline; every replica works towards it. */
public enum DesiredStatus {
    RUNNING,
    PAUSED,
    STOPPED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
