package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.Span;
import dev.caravan.trace.SpanAttributes;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the span of each batch, with links to the traces of its messages. The one of the attempt that is committed is the
 * first of the batch's trace; those that failed are below it.
 */
final class BatchSpans {
    private final Spans spans;
    private final Clock clock;

    BatchSpans(Spans spans, Clock clock) {
        this.spans = spans;
        this.clock = clock;
    }

    /** Until it is closed this thread works for the batch. */
    Attempt begin(Batch batch) {
        return begin(batch, List.of());
    }

    /** @param causes what the batch has to do with besides the traces of its messages */
    Attempt begin(Batch batch, List<TraceContext> causes) {
        return new Attempt(batch, causes);
    }

    /** One attempt to process a batch. */
    final class Attempt implements AutoCloseable {
        private final Batch batch;
        private final List<TraceContext> links;
        private final TraceContext trace;
        private final CurrentTrace.Scope scope;
        private final Instant start = clock.instant();
        private @Nullable Throwable failure;

        private Attempt(Batch batch, List<TraceContext> causes) {
            this.batch = batch;
            this.links = Stream.concat(causes.stream(), batch.spool().traces().stream())
                    .distinct()
                    .toList();
            this.trace = batch.trace();
            this.scope = CurrentTrace.enter(trace);
        }

        void ended(@Nullable Throwable cause) {
            failure = cause;
        }

        @Override
        public void close() {
            scope.close();
            if (spans.want(trace)) {
                spans.add(span(batch.receipt().committed()));
            }
        }

        private Span span(boolean committed) {
            String topic = batch.range().topic();
            String failed = failure == null ? "not committed" : String.valueOf(failure.getMessage());
            return new Span(
                    "process " + topic,
                    Span.Kind.CONSUMER,
                    committed ? trace : trace.child(),
                    committed ? null : trace,
                    links,
                    attributes(topic),
                    start,
                    clock.instant(),
                    committed ? null : failed);
        }

        private Map<String, Object> attributes(String topic) {
            return Map.ofEntries(
                    Map.entry(SpanAttributes.MESSAGING_SYSTEM, "kafka"),
                    Map.entry(SpanAttributes.MESSAGING_OPERATION_TYPE, "process"),
                    Map.entry(SpanAttributes.MESSAGING_OPERATION_NAME, "process"),
                    Map.entry(SpanAttributes.MESSAGING_DESTINATION, topic),
                    Map.entry(
                            SpanAttributes.MESSAGING_PARTITION,
                            Integer.toString(batch.range().partition())),
                    Map.entry(SpanAttributes.MESSAGING_BATCH_SIZE, batch.spool().size()),
                    Map.entry(SpanAttributes.PIPELINE, batch.pipeline()),
                    Map.entry(SpanAttributes.VERSION, batch.version()),
                    Map.entry(SpanAttributes.GENERATION, batch.generation()),
                    Map.entry(SpanAttributes.FIRST_OFFSET, batch.range().first()),
                    Map.entry(SpanAttributes.LAST_OFFSET, batch.range().last()));
        }
    }
}
