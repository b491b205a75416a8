package dev.caravan.trace;

/** Takes the spans that are to be seen elsewhere. */
public interface Spans {
    /** Nobody wants to see them. */
    Spans OFF = new Spans() {
        @Override
        public boolean want(TraceContext context) {
            return false;
        }

        @Override
        public void add(Span span) {
            // nobody sees it
        }
    };

    /** Whether a span of this context is to be made at all. */
    boolean want(TraceContext context);

    /** Never waits and never fails: what cannot be kept is dropped. */
    void add(Span span);
}
