package dev.caravan.trace;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done, and is over.
 *
 * @param parent what it was a part of; null for the first of its trace
 * @param links what it had to do with without being a part of it
 * @param attributes by names of {@link SpanAttributes}; values are strings, numbers or truth values
 * @param failure why it did not succeed; null when it did
 */
public record Span(
        String name,
        Kind kind,
        TraceContext context,
        @Nullable TraceContext parent,
        List<TraceContext> links,
        Map<String, Object> attributes,
        Instant start,
        Instant end,
        @Nullable String failure) {
    public Span {
        links = List.copyOf(links);
        attributes = Map.copyOf(attributes);
    }

    /** On which side of an exchange it was. */
    public enum Kind {
        SERVER,
        CLIENT,
        CONSUMER
    }
}
