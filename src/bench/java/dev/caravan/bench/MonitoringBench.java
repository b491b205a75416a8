package dev.caravan.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What monitoring costs: the main job with everything of it as it is by default and a scrape each 5 seconds, against the
 * same program with {@code caravan.monitor.enabled=false}. Each has its own process and its own copy of the same topic;
 * they take turns, and who comes first changes from round to round. The first round of each is for warming up.
 *
 * <p>Properties: those of {@link MainJobBench}; {@code messages} in whole files of each partition, so multiples of two
 * million.
 */
public final class MonitoringBench {
    private static final int MESSAGES_PER_FILE = 200_000;

    private final long messages = Long.getLong("messages", 2_000_000);
    private final int rounds = Integer.getInteger("rounds", 3);
    private final Arena arena = Arena.of("target/bench-monitoring", MESSAGES_PER_FILE);
    private final Report report = new Report(System.out, messages);
    private final List<Round> without = new ArrayList<>();
    private final List<Round> with = new ArrayList<>();

    private MonitoringBench() {}

    public static void main(String[] args) throws Exception {
        System.exit(new MonitoringBench().run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "%,d messages, %d rounds after a warm-up, %s%n", messages, rounds, String.join(" ", arena.jvm()));
        Events.Truth truth = arena.seed(messages, List.of("unwatched", "caravan"));
        try (Participant off = arena.participant("unwatched", messages);
                Participant on = arena.participant("caravan", messages)) {
            report.head();
            for (int number = 0; number <= rounds; number++) {
                if (number % 2 == 0) {
                    without.add(arena.round("without", off, number, truth));
                }
                with.add(arena.round("with", on, number, truth));
                if (number % 2 == 1) {
                    without.add(arena.round("without", off, number, truth));
                }
            }
        }
        report.overhead(without.subList(1, without.size()), with.subList(1, with.size()));
        arena.delete();
        return report.passed();
    }
}
