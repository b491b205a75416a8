package dev.caravan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The header {@code traceparent} as W3C Trace Context has it, §3.2. */
class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @ParameterizedTest
    @CsvSource({"01, true", "00, false", "03, true", "02, false", "ff, true"})
    void theExampleOfTheStandardIsRead(String flags, boolean sampled) {
        TraceContext context = parsed("00-" + TRACE + "-" + SPAN + "-" + flags);
        assertThat(context.traceId()).isEqualTo(TRACE);
        assertThat(context.spanId()).isEqualTo(SPAN);
        assertThat(context.sampled()).isEqualTo(sampled);
    }

    @Test
    void flagsThatAreNotKnownAreNotPassedOn() {
        assertThat(parsed("00-" + TRACE + "-" + SPAN + "-fd").traceparent())
                .isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cc-%s-%s-01", "cc-%s-%s-01-what-the-future-will-be-like", "01-%s-%s-01-"})
    void ofAVersionToComeWhatIsKnownIsRead(String header) {
        assertThat(parsed(header.formatted(TRACE, SPAN)).traceparent()).isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473.-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0X",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
                "00-4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7-01xx",
                " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            })
    void whatIsMalformedIsAsIfItWereNotThere(String header) {
        assertThat(TraceContext.parse(header)).isNull();
        assertThat(TraceContext.parse(header.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void whatIsLongerThanAnyHeaderIsNotLookedAt() {
        String future = "cc-" + TRACE + "-" + SPAN + "-01-";
        assertThat(TraceContext.parse(future + "x".repeat(256 - future.length())))
                .isNotNull();
        assertThat(TraceContext.parse(future + "x".repeat(257 - future.length())))
                .isNull();
    }

    @Test
    void aChildIsInTheSameTraceWithAnotherSpan() {
        TraceContext caller = parsed("00-" + TRACE + "-" + SPAN + "-00").withState("vendor=1,other=2");
        TraceContext child = caller.child();
        assertThat(child.traceId()).isEqualTo(TRACE);
        assertThat(child.spanId()).isNotEqualTo(SPAN);
        assertThat(child.sampled()).isFalse();
        assertThat(child.state()).isEqualTo("vendor=1,other=2");
    }

    @Test
    void whatBeginsHereIsWellFormedAndNeverTheSame() {
        Set<String> traces = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            TraceContext begun = TraceContext.begin();
            assertThat(TraceContext.parse(begun.traceparent())).isEqualTo(begun);
            traces.add(begun.traceId());
        }
        assertThat(traces).hasSize(1_000);
    }

    @Test
    void whatIsDoneAgainIsTheSame() {
        TraceContext once = TraceContext.of("batch 1");
        assertThat(TraceContext.of("batch 1")).isEqualTo(once);
        assertThat(TraceContext.of("batch 2").traceId()).isNotEqualTo(once.traceId());
        assertThat(TraceContext.parse(once.traceparent())).isEqualTo(once);
        assertThat(once.child("attempt 1")).isEqualTo(once.child("attempt 1")).isNotEqualTo(once.child("attempt 2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a=\u00e4", "a=1\tb=2"})
    void aStateThatIsNoneIsLeftOut(String state) {
        assertThat(parsed("00-" + TRACE + "-" + SPAN + "-01").withState(state).state())
                .isNull();
    }

    @Test
    void aStateThatIsTooLongIsLeftOut() {
        TraceContext context = parsed("00-" + TRACE + "-" + SPAN + "-01");
        assertThat(context.withState("a=" + "x".repeat(510)).state()).hasSize(512);
        assertThat(context.withState("a=" + "x".repeat(511)).state()).isNull();
    }

    private static TraceContext parsed(String header) {
        return Objects.requireNonNull(TraceContext.parse(header));
    }

    @Test
    void aTraceThatNobodyFollowsIsNotCarriedAlong() {
        TraceContext unseen = TraceContext.beginUnseen();

        assertThat(unseen.worthCarrying()).isFalse();
        assertThat(unseen.child().worthCarrying()).isFalse();
        assertThat(unseen.traceparent()).endsWith("-03");
        assertThat(TraceContext.parse(unseen.traceparent()).worthCarrying()).isTrue();
        assertThat(TraceContext.begin().worthCarrying()).isTrue();
    }
}
