package dev.caravan.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/** Says in one sentence when the collector is away, and when it is back. */
final class TellingExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpSpans.class);

    private final SpanExporter exporter;
    private final String endpoint;
    private final AtomicBoolean away = new AtomicBoolean();

    TellingExporter(SpanExporter exporter, String endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            boolean failed = !result.isSuccess();
            if (away.getAndSet(failed) == failed) {
                return;
            }
            if (failed) {
                LOG.warn(
                        "The collector at {} takes no spans, they are dropped until it does{}",
                        endpoint,
                        reason(result.getFailureThrowable()));
            } else {
                LOG.info("The collector at {} takes spans again", endpoint);
            }
        });
    }

    private static String reason(@Nullable Throwable failure) {
        return failure == null ? "" : ": " + NestedExceptionUtils.getMostSpecificCause(failure);
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
