package dev.caravan.trace;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** What this thread is working for; its trace is the field {@code trace_id} of what is logged meanwhile. */
public final class CurrentTrace {
    private static final String MDC_KEY = "trace_id";
    private static final ThreadLocal<@Nullable TraceContext> CURRENT = new ThreadLocal<>();

    private CurrentTrace() {}

    /** @return null outside of requests and batches */
    public static @Nullable TraceContext get() {
        return CURRENT.get();
    }

    /** Until the scope is closed, on the same thread. */
    public static Scope enter(@Nullable TraceContext context) {
        TraceContext before = CURRENT.get();
        set(context);
        return () -> set(before);
    }

    /** The task as a part of what the caller's thread is working for. */
    public static Runnable carry(Runnable task) {
        TraceContext context = CURRENT.get();
        return () -> {
            try (Scope scope = enter(context)) {
                task.run();
            }
        };
    }

    private static void set(@Nullable TraceContext context) {
        if (context == null) {
            CURRENT.remove();
            MDC.remove(MDC_KEY);
        } else {
            CURRENT.set(context);
            MDC.put(MDC_KEY, context.traceId());
        }
    }

    /** Ends what {@link #enter} began. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
