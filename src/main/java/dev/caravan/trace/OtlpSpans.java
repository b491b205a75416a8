package dev.caravan.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends spans to a collector, as OTLP over HTTP, from a queue of its own; what does not fit into it is dropped. */
final class OtlpSpans implements Spans, AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);
    private static final int QUEUE = 8_192;

    private final KnownIds ids = new KnownIds();
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private OtlpSpans(SpanExporter exporter, String service) {
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", service)
                        .build())
                .setIdGenerator(ids)
                .setSampler(Sampler.alwaysOn())
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE)
                        .setScheduleDelay(EVERY)
                        .setExporterTimeout(TIMEOUT)
                        .build())
                .build();
        tracer = provider.get("dev.caravan");
    }

    static OtlpSpans open(TraceSettings settings) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.tracesEndpoint())
                .setCompression("gzip")
                .setTimeout(TIMEOUT);
        settings.headersByName().forEach(exporter::addHeader);
        return new OtlpSpans(new TellingExporter(exporter.build(), settings.tracesEndpoint()), settings.service());
    }

    @Override
    public boolean want(TraceContext context) {
        return context.sampled();
    }

    @Override
    public void add(Span span) {
        SpanBuilder builder = tracer.spanBuilder(span.name())
                .setSpanKind(SpanKind.valueOf(span.kind().name()))
                .setStartTimestamp(span.start());
        TraceContext parent = span.parent();
        if (parent == null) {
            builder.setNoParent();
        } else {
            builder.setParent(Context.root().with(io.opentelemetry.api.trace.Span.wrap(remote(parent))));
        }
        span.links().forEach(link -> builder.addLink(remote(link)));
        span.attributes().forEach((name, value) -> put(builder, name, value));
        io.opentelemetry.api.trace.Span started = ids.with(span.context(), builder::startSpan);
        if (span.failure() != null) {
            started.setStatus(StatusCode.ERROR, span.failure());
        }
        started.end(span.end());
    }

    private static void put(SpanBuilder builder, String name, Object value) {
        if (value instanceof Boolean truth) {
            builder.setAttribute(name, truth);
        } else if (value instanceof Number number) {
            builder.setAttribute(AttributeKey.longKey(name), number.longValue());
        } else {
            builder.setAttribute(name, value.toString());
        }
    }

    private static SpanContext remote(TraceContext context) {
        return SpanContext.createFromRemoteParent(
                context.traceId(),
                context.spanId(),
                TraceFlags.fromByte((byte) context.flags()),
                TraceState.getDefault());
    }

    @Override
    public void close() {
        provider.shutdown().join(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Gives spans the ids that are in headers and metadata already. */
    private static final class KnownIds implements IdGenerator {
        private final ThreadLocal<@Nullable TraceContext> next = new ThreadLocal<>();

        <T> T with(TraceContext context, java.util.function.Supplier<T> start) {
            next.set(context);
            try {
                return start.get();
            } finally {
                next.remove();
            }
        }

        @Override
        public String generateSpanId() {
            return known().spanId();
        }

        @Override
        public String generateTraceId() {
            return known().traceId();
        }

        private TraceContext known() {
            TraceContext context = next.get();
            if (context == null) {
                throw new IllegalStateException("a span was started elsewhere");
            }
            return context;
        }
    }
}
