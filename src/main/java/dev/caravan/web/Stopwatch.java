package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/** Knows how long a request has been here. */
final class Stopwatch {
    private static final String ATTRIBUTE = Stopwatch.class.getName();

    private Stopwatch() {}

    static void start(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, System.nanoTime());
    }

    static Duration elapsed(HttpServletRequest request) {
        Object started = request.getAttribute(ATTRIBUTE);
        return started instanceof Long nanos ? Duration.ofNanos(System.nanoTime() - nanos) : Duration.ZERO;
    }
}
