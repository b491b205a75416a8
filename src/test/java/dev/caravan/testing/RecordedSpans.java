package dev.caravan.testing;

import dev.caravan.trace.Span;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Wants every span, and keeps it for the test. */
public final class RecordedSpans implements Spans {
    private final List<Span> made = new CopyOnWriteArrayList<>();

    @Override
    public boolean want(TraceContext trace) {
        return true;
    }

    @Override
    public void add(Span span) {
        made.add(span);
    }

    /** In the order in which they ended. */
    public List<Span> made() {
        return made;
    }
}
