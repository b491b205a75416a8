package dev.caravan.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Prints the figures of both and says for each bar whether it is held. */
final class Report {
    private static final double SPEED_BAR = 0.70;
    private static final double OVERHEAD_BAR = 0.97;
    private static final double CPU_BAR = 1.5;
    private static final double MEMORY_BAR_MIB = 1.2e9 / (1 << 20);
    /** Ten times the messages may cost this much more memory before it counts as growth. */
    private static final double FLAT_BAR = 1.10;

    private final PrintStream out;
    private final long messages;
    private boolean passed = true;

    Report(PrintStream out, long messages) {
        this.out = out;
        this.messages = messages;
    }

    void head() {
        out.printf(
                "%n%-14s %5s %12s %12s %14s %6s %9s%n",
                "", "round", "messages/s", "CPU-s per M", "peak RSS MiB", "files", "MB");
    }

    void line(String who, int number, Round round, Check.Found found) {
        out.printf(
                Locale.ROOT,
                "%-14s %5s %,12.0f %12.2f %14.0f %6d %9.1f%n",
                who,
                number == 0 ? "warm" : Integer.toString(number),
                speed(round),
                cpu(round),
                round.peakMib(),
                found.files(),
                found.bytes() / 1e6);
    }

    /** Compares the rounds after the warm-up, by their medians. */
    void compare(List<Round> bare, List<Round> caravan) {
        out.println();
        summary("bare loop", bare);
        summary("Caravan", caravan);
        out.println();
        double speed = median(caravan, this::speed) / median(bare, this::speed);
        double cpu = median(caravan, this::cpu) / median(bare, this::cpu);
        double memory = caravan.get(caravan.size() - 1).peakMib();
        bar(speed >= SPEED_BAR, "messages/s against the bare loop", "%.2f (at least %.2f)", speed, SPEED_BAR);
        bar(cpu <= CPU_BAR, "CPU against the bare loop", "%.2f (at most %.2f)", cpu, CPU_BAR);
        bar(
                memory <= MEMORY_BAR_MIB,
                "peak RSS with the embedded servers",
                "%.0f MiB (at most %.0f)",
                memory,
                MEMORY_BAR_MIB);
    }

    /**
     * Compares the rounds after the warm-up: each with its neighbour, since both get faster from round to round, and of
     * these ratios the median.
     */
    void overhead(List<Round> without, List<Round> with) {
        out.println();
        summary("without", without);
        summary("with", with);
        out.println();
        double speed = median(IntStream.range(0, with.size())
                .mapToDouble(round -> speed(with.get(round)) / speed(without.get(round))));
        out.printf(
                Locale.ROOT,
                "      CPU with monitoring against without: %.2f%n",
                median(with, this::cpu) / median(without, this::cpu));
        bar(
                speed >= OVERHEAD_BAR,
                "messages/s with monitoring against without",
                "%.3f (at least %.2f)",
                speed,
                OVERHEAD_BAR);
    }

    void flat(Round few, Round many) {
        double ratio = many.peakMib() / few.peakMib();
        bar(
                ratio <= FLAT_BAR && many.peakMib() <= MEMORY_BAR_MIB,
                "peak RSS at ten times the messages",
                "%.0f MiB after %.0f MiB, %.2f (at most %.2f)",
                many.peakMib(),
                few.peakMib(),
                ratio,
                FLAT_BAR);
    }

    boolean passed() {
        return passed;
    }

    private void summary(String who, List<Round> rounds) {
        Round last = rounds.get(rounds.size() - 1);
        out.printf(
                Locale.ROOT,
                "%-14s median %,.0f messages/s, %.2f CPU-s per million; peak RSS JVM %.0f + PostgreSQL %.0f MiB%n",
                who,
                median(rounds, this::speed),
                median(rounds, this::cpu),
                last.jvmPeakMib(),
                last.postgresPeakMib());
    }

    private void bar(boolean held, String what, String how, Object... values) {
        passed &= held;
        out.printf(Locale.ROOT, "%s  %s: %s%n", held ? "PASS" : "FAIL", what, String.format(Locale.ROOT, how, values));
    }

    private double speed(Round round) {
        return messages / round.seconds();
    }

    private double cpu(Round round) {
        return round.cpuSeconds() / (messages / 1e6);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return median(rounds.stream().mapToDouble(figure));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
