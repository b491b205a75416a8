package dev.caravan.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MemberTracesTest {
    private final MemberTraces traces = new MemberTraces();

    @Test
    void eachTraceIsLinkedOnceThroughItsFirstMessage() {
        TraceContext first = TraceContext.begin();
        TraceContext second = TraceContext.begin();
        for (TraceContext member : List.of(first, first, second, first.child(), second.child())) {
            add(member);
        }
        assertThat(traces.list()).containsExactly(first, second);
    }

    @Test
    void aBatchHasThirtyTwoLinksAtMost() {
        List<TraceContext> members =
                Stream.generate(TraceContext::begin).limit(100).toList();
        members.forEach(this::add);
        assertThat(traces.list()).isEqualTo(members.subList(0, 32));
    }

    @Test
    void whatIsMalformedIsNoTrace() {
        traces.add("nonsense".getBytes(US_ASCII));
        traces.add(null);
        traces.add(new byte[0]);
        assertThat(traces.list()).isEmpty();
    }

    private void add(TraceContext member) {
        traces.add(member.traceparent().getBytes(US_ASCII));
    }
}
