package dev.caravan.trace;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The traces that the messages of a batch come from: the first {@value #MOST} different ones. */
public final class MemberTraces {
    /** A batch may have 100,000 messages; a span has to fit into a request. */
    public static final int MOST = 32;

    private final Map<String, TraceContext> byTrace = new LinkedHashMap<>();
    private byte @Nullable [] last;

    /** @param traceparent of a message, as it came; one that is malformed is no trace */
    public void add(byte @Nullable [] traceparent) {
        // messages of one request come together
        if (byTrace.size() == MOST || Arrays.equals(traceparent, last)) {
            return;
        }
        last = traceparent;
        TraceContext member = TraceContext.parse(traceparent);
        if (member != null) {
            byTrace.putIfAbsent(member.traceId(), member);
        }
    }

    /** In the order in which they came. */
    public List<TraceContext> list() {
        return List.copyOf(byTrace.values());
    }
}
