package dev.caravan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravan.connection.StartException;
import dev.caravan.testing.Collector;
import dev.caravan.testing.Ports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpSpansTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void aSpanArrivesWithTheIdsThatAreInHeadersAlready() throws Exception {
        TraceContext caller = TraceContext.begin();
        TraceContext request = caller.child();
        TraceContext link = TraceContext.begin();
        try (Collector collector = new Collector();
                OtlpSpans spans = OtlpSpans.open(settings(collector.url()))) {
            spans.add(span("first", request, caller, null));
            spans.add(new Span(
                    "second",
                    Span.Kind.CONSUMER,
                    TraceContext.of("batch"),
                    null,
                    List.of(link),
                    Map.of("number", 7, "word", "seven"),
                    START,
                    START.plusSeconds(1),
                    "no bucket"));
            await().atMost(Duration.ofSeconds(60)).until(() -> collector.spans().size() == 2);

            Collector.Span first = collector.spans().get(0);
            assertThat(first.traceId()).isEqualTo(caller.traceId());
            assertThat(first.spanId()).isEqualTo(request.spanId());
            assertThat(first.parent()).isEqualTo(caller.spanId());
            assertThat(first.failed()).isFalse();
            Collector.Span second = collector.spans().get(1);
            assertThat(second.spanId()).isEqualTo(TraceContext.of("batch").spanId());
            assertThat(second.parent()).isEmpty();
            assertThat(second.links()).containsExactly(link.traceId() + "-" + link.spanId());
            assertThat(second.attributes()).containsEntry("number", "7").containsEntry("word", "seven");
            assertThat(second.failed()).isTrue();
        }
    }

    @Test
    void aCollectorThatIsNotThereHoldsUpNobody() throws Exception {
        long before = System.nanoTime();
        try (OtlpSpans spans = OtlpSpans.open(settings("http://127.0.0.1:" + Ports.free()))) {
            for (int i = 0; i < 20_000; i++) {
                spans.add(span("lost", TraceContext.begin(), null, null));
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void whatTheCallerDoesNotWantSampledIsNotWanted() {
        try (OtlpSpans spans = OtlpSpans.open(settings("http://127.0.0.1:1"))) {
            String caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0";
            assertThat(spans.want(TraceContext.parse(caller + "0"))).isFalse();
            assertThat(spans.want(TraceContext.parse(caller + "1"))).isTrue();
        }
        assertThat(Spans.OFF.want(TraceContext.begin())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://c:4318, http://c:4318/v1/traces",
        "https://c/otlp/, https://c/otlp/v1/traces",
        "http://c:4318/v1/traces, http://c:4318/v1/traces"
    })
    void thePathOfTracesStandsBelowTheAddress(String endpoint, String traces) {
        assertThat(settings(endpoint).tracesEndpoint()).isEqualTo(traces);
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector:4318", "ftp://c", "http://", "http://a b"})
    void anAddressThatIsNoneIsToldAtTheStart(String endpoint) {
        assertThatThrownBy(() -> settings(endpoint).tracesEndpoint())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("CARAVAN_OTLP_ENDPOINT");
    }

    @Test
    void headersAreNamesWithValuesThatMayBeEncoded() {
        assertThat(new TraceSettings("", "api-key=a%3Db, x = 1", "caravan").headersByName())
                .isEqualTo(Map.of("api-key", "a=b", "x", "1"));
        assertThatThrownBy(() -> new TraceSettings("", "secret", "caravan").headersByName())
                .isInstanceOf(StartException.class)
                .hasMessageNotContaining("secret");
    }

    private static Span span(String name, TraceContext context, TraceContext parent, String failure) {
        return new Span(name, Span.Kind.SERVER, context, parent, List.of(), Map.of(), START, START, failure);
    }

    private static TraceSettings settings(String endpoint) {
        return new TraceSettings(endpoint, "", "caravan");
    }
}
