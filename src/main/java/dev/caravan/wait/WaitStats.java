package dev.caravan.wait;

/**
 * How many waits a project has.
 *
 * @param waitedMicros from {@code requested_at} to {@code received_at}, summed over the received ones
 */
record WaitStats(long waiting, long received, long timedOut, long canceled, long waitedMicros) {
    long total() {
        return waiting + received + timedOut + canceled;
    }

    double averageSeconds() {
        return received == 0 ? 0 : waitedMicros / 1e6 / received;
    }
}
