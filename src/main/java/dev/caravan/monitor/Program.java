package dev.caravan.monitor;

import com.fasterxml.jackson.annotation.JsonValue;

/** Whether the document of a pipeline compiles, as {@code /v0} calls it; of its values those that there are here. */
enum Program {
    SUCCESS("Success"),
    /** The author has to change the document. */
    SQL_ERROR("SqlError"),
    /** The document cannot be read. */
    SYSTEM_ERROR("SystemError");

    private final String wireName;

    Program(String wireName) {
        this.wireName = wireName;
    }

    @JsonValue
    String wireName() {
        return wireName;
    }
}
