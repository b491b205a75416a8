package dev.caravan.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.batch.Batch;
import dev.caravan.batch.Header;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import dev.caravan.testing.RecordedSpans;
import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.Span;
import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

class BatchSpansTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path directory;

    private final RecordedSpans seen = new RecordedSpans();
    private final TraceContext member = TraceContext.begin();
    private final BatchSpans spans = new BatchSpans(seen, Clock.fixed(NOW, ZoneOffset.UTC));
    private Spool spool;

    @BeforeEach
    void oneMessage() throws IOException {
        try (SpoolWriter writer = new SpoolWriter(directory.resolve("spool"), "orders", 3, Set.of())) {
            Header header = new Header("traceparent", member.traceparent().getBytes(UTF_8));
            writer.append(17, 0, null, List.of(header), ByteBuffer.wrap("{}".getBytes(UTF_8)));
            spool = writer.finish();
        }
    }

    @Test
    void theAttemptThatIsCommittedBeginsTheTraceAndThoseThatFailedAreBelowIt() {
        Batch batch = batch(1, null);
        try (BatchSpans.Attempt attempt = spans.begin(batch)) {
            attempt.ended(new IllegalStateException("no bucket"));
        }
        try (BatchSpans.Attempt attempt = spans.begin(batch)) {
            batch.receipt().sign();
            attempt.ended(null);
        }

        Span failed = seen.made().get(0);
        assertThat(failed.failure()).isEqualTo("no bucket");
        assertThat(failed.parent()).isEqualTo(batch.trace());
        assertThat(failed.context().spanId()).isNotEqualTo(batch.trace().spanId());
        Span committed = seen.made().get(1);
        assertThat(committed.failure()).isNull();
        assertThat(committed.parent()).isNull();
        assertThat(committed.context()).isEqualTo(batch.trace());
        assertThat(seen.made()).allSatisfy(span -> assertThat(span.links()).containsExactly(member));
    }

    @Test
    void whatIsDoneAgainByAnotherOwnerIsInTheSameTraceAndNothingElseIs() {
        TraceContext trace = batch(1, null).trace();
        UUID replay = UUID.randomUUID();
        assertThat(batch(2, null).trace()).isEqualTo(trace);
        assertThat(batch(2, replay).trace()).isEqualTo(batch(3, replay).trace()).isNotEqualTo(trace);
        assertThat(batch(1, null, 2).trace()).isNotEqualTo(trace);
    }

    @Test
    void theLogKnowsTheTraceWhileTheBatchIsWorkedOn() {
        Batch batch = batch(1, null);
        try (BatchSpans.Attempt attempt = spans.begin(batch)) {
            assertThat(MDC.get("trace_id")).isEqualTo(batch.trace().traceId());
            assertThat(CurrentTrace.get()).isEqualTo(batch.trace());
            attempt.ended(null);
        }
        assertThat(MDC.get("trace_id")).isNull();
        assertThat(CurrentTrace.get()).isNull();
    }

    private Batch batch(long epoch, UUID replay) {
        return batch(epoch, replay, 1);
    }

    private Batch batch(long epoch, UUID replay, int generation) {
        return new Batch(
                "pl_1", 1, spool.range(), epoch, NOW, false, spool, null, new Batch.Receipt(), generation, replay);
    }
}
