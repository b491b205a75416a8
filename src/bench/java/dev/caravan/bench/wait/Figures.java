package dev.caravan.bench.wait;

import java.util.Arrays;
import java.util.Locale;

/** How long each of many equal things took. */
record Figures(double seconds, long[] nanos) {
    Figures {
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    double rate() {
        return nanos.length / seconds;
    }

    double p50() {
        return at(0.50);
    }

    double p99() {
        return at(0.99);
    }

    /** @return milliseconds */
    private double at(double share) {
        return nanos.length == 0 ? 0 : nanos[(int) Math.min(nanos.length - 1L, (long) (nanos.length * share))] / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%,.0f/s, p50 %.2f ms, p99 %.2f ms (%,d)", rate(), p50(), p99(), nanos.length);
    }
}
