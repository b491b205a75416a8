package dev.caravan.bench;

/**
 * What one pass over the topic took.
 *
 * @param seconds from the first assignment of a partition until the last message was committed
 * @param cpuSeconds of the JVM and of PostgreSQL in that time
 * @param jvmPeakMib highest resident set of the JVM since it began
 * @param postgresPeakMib highest proportional set of the PostgreSQL processes since they began
 */
record Round(double seconds, double cpuSeconds, double jvmPeakMib, double postgresPeakMib) {
    double peakMib() {
        return jvmPeakMib + postgresPeakMib;
    }
}
