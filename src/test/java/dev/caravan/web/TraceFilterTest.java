package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.RecordedSpans;
import dev.caravan.testing.SettableClock;
import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class TraceFilterTest {
    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00-" + TRACE_ID + "-00f067aa0ba902b7-01";

    private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

    @Test
    void aRequestWithoutATraceBeginsOneThatIsNotWorthCarryingWhileNobodyWantsSpans() throws Exception {
        TraceContext trace = during(new MockHttpServletRequest("POST", "/pipeline"));
        assertThat(trace.worthCarrying()).isFalse();
        assertThat(CurrentTrace.get()).isNull();
    }

    @Test
    void theCallersTraceIsCarriedThoughNobodyWantsSpans() throws Exception {
        TraceContext trace = during(from(CALLER));
        assertThat(trace.traceId()).isEqualTo(TRACE_ID);
        assertThat(trace.traceparent()).isNotEqualTo(CALLER);
        assertThat(trace.worthCarrying()).isTrue();
    }

    @Test
    void twoCallersOrAnUnreadableOneAreAsGoodAsNone() throws Exception {
        MockHttpServletRequest two = from(CALLER);
        two.addHeader(TraceContext.HEADER, CALLER);
        assertThat(during(two).worthCarrying()).isFalse();
        assertThat(during(from("00-nonsense")).worthCarrying()).isFalse();
    }

    @Test
    void aSpanIsMadeForWhoeverWantsSpans() throws Exception {
        RecordedSpans spans = new RecordedSpans();
        beans.addBean("spans", spans);
        assertThat(during(new MockHttpServletRequest("GET", "/pipeline")).worthCarrying())
                .isTrue();
        during(new MockHttpServletRequest("GET", "/observe/health/live"));
        assertThat(spans.made()).singleElement().satisfies(span -> assertThat(span.name())
                .isEqualTo("GET"));
    }

    private static MockHttpServletRequest from(String traceparent) {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/pipeline");
        request.addHeader(TraceContext.HEADER, traceparent);
        return request;
    }

    private TraceContext during(MockHttpServletRequest request) throws Exception {
        AtomicReference<TraceContext> seen = new AtomicReference<>();
        new TraceFilter(beans.getBeanProvider(Spans.class), new SettableClock())
                .doFilter(request, new MockHttpServletResponse(), (in, out) -> seen.set(CurrentTrace.get()));
        return seen.get();
    }
}
