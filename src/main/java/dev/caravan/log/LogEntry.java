package dev.caravan.log;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that has happened to a pipeline.
 *
 * @param cursor place in the list; higher is newer
 * @param replica the process it happened in
 * @param fields what the message is about, such as version, topic, partition, offsets; snake_case names
 */
public record LogEntry(
        long cursor, Instant time, LogLevel level, String replica, String message, Map<String, Object> fields) {
    public LogEntry {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}
