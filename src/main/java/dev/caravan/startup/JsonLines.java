package dev.caravan.startup;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/**
 * The log as one JSON object per line, for {@code CARAVAN_LOG=json}: time, level, logger, thread, message, and what the log
 * knows of the circumstances: {@code request_id}, {@code trace_id}, {@code pipeline}, {@code claim}, {@code offsets}.
 */
public final class JsonLines implements StructuredLogFormatter<ILoggingEvent> {
    private final ThrowableProxyConverter stackTraces = new ThrowableProxyConverter();
    private final JsonWriter<Map<String, Object>> writer =
            JsonWriter.<Map<String, Object>>standard().withNewLineAtEnd();

    /** Made by Spring Boot. */
    public JsonLines() {
        stackTraces.start();
    }

    @Override
    public String format(ILoggingEvent event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("ts", event.getInstant().toString());
        line.put("level", event.getLevel().toString());
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        line.put("message", event.getFormattedMessage());
        event.getMDCPropertyMap().forEach(line::putIfAbsent);
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                line.putIfAbsent(pair.key, String.valueOf(pair.value));
            }
        }
        if (event.getThrowableProxy() != null) {
            line.put("error", stackTraces.convert(event));
        }
        return writer.writeToString(line);
    }
}
