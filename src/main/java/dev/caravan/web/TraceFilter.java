package dev.caravan.web;

import dev.caravan.trace.CurrentTrace;
import dev.caravan.trace.Span;
import dev.caravan.trace.SpanAttributes;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Gives each request its place in the trace that its sender is in, or in a new one (W3C Trace Context). A span is made of it
 * only when somebody wants to see it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class TraceFilter implements Filter {
    /** Probes and scrapes come every few seconds. */
    private static final String OBSERVE = "/observe";

    private final Spans spans;
    private final Clock clock;

    TraceFilter(ObjectProvider<Spans> spans, Clock clock) {
        this.spans = spans.getIfAvailable(() -> Spans.OFF);
        this.clock = clock;
    }

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) any;
        TraceContext caller = caller(request);
        TraceContext trace = caller == null ? begin() : caller.child();
        if (!spans.want(trace) || request.getRequestURI().startsWith(OBSERVE)) {
            run(trace, chain, any, answer);
            return;
        }
        Seen seen = new Seen(request, (HttpServletResponse) answer, trace, caller, clock.instant());
        try {
            run(trace, chain, any, answer);
        } finally {
            AnswerEnd.of(request, failure -> seen.end());
        }
    }

    private TraceContext begin() {
        TraceContext begun = TraceContext.begin();
        return spans.want(begun) ? begun : TraceContext.beginUnseen();
    }

    private static void run(TraceContext trace, FilterChain chain, ServletRequest request, ServletResponse response)
            throws IOException, ServletException {
        try (CurrentTrace.Scope scope = CurrentTrace.enter(trace)) {
            chain.doFilter(request, response);
        }
    }

    /** Two of them are as good as none. */
    private static @Nullable TraceContext caller(HttpServletRequest request) {
        Enumeration<String> given = request.getHeaders(TraceContext.HEADER);
        if (!given.hasMoreElements()) {
            return null;
        }
        TraceContext caller = TraceContext.parse(given.nextElement());
        if (caller == null || given.hasMoreElements()) {
            return null;
        }
        return caller.withState(String.join(",", Collections.list(request.getHeaders(TraceContext.STATE_HEADER))));
    }

    /** A request whose span is wanted. */
    private final class Seen {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final TraceContext trace;
        private final @Nullable TraceContext caller;
        private final Instant start;
        private final String method;
        private final String path;

        Seen(
                HttpServletRequest request,
                HttpServletResponse response,
                TraceContext trace,
                @Nullable TraceContext caller,
                Instant start) {
            this.request = request;
            this.response = response;
            this.trace = trace;
            this.caller = caller;
            this.start = start;
            this.method = request.getMethod();
            this.path = request.getRequestURI();
        }

        void end() {
            Object route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
            int status = response.getStatus();
            Map<String, Object> attributes = new HashMap<>(Map.of(
                    SpanAttributes.HTTP_METHOD, method,
                    SpanAttributes.HTTP_STATUS, status,
                    SpanAttributes.URL_PATH, path,
                    SpanAttributes.URL_SCHEME, request.getScheme(),
                    SpanAttributes.REQUEST_ID, RequestId.of(request)));
            if (route != null) {
                attributes.put(SpanAttributes.HTTP_ROUTE, route.toString());
            }
            spans.add(new Span(
                    route == null ? method : method + " " + route,
                    Span.Kind.SERVER,
                    trace,
                    caller,
                    java.util.List.of(),
                    attributes,
                    start,
                    clock.instant(),
                    status < HttpServletResponse.SC_INTERNAL_SERVER_ERROR ? null : "status " + status));
        }
    }
}
