package dev.caravan.monitor;

import com.fasterxml.jackson.annotation.JsonValue;

/** What the replicas do with a pipeline, as {@code /v0} calls it; of its values those that there are here. */
enum Runtime {
    STANDBY("Standby"),
    INITIALIZING("Initializing"),
    PAUSED("Paused"),
    RUNNING("Running"),
    SUSPENDED("Suspended");

    private final String wireName;

    Runtime(String wireName) {
        this.wireName = wireName;
    }

    @JsonValue
    String wireName() {
        return wireName;
    }
}
