package dev.caravan.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The main job, from Kafka through SQL to Parquet on S3, against the bare loop. Both run in processes of the same kind,
 * each with its own copy of the same servers and the same topic, in turns; the first round of each is for warming up.
 *
 * <p>Properties: {@code messages} (2,000,000), {@code rounds} (3, after the warm-up), {@code flat} (false; one more round
 * with ten times the messages), {@code jvm} (flags of both, {@code -Xmx512m}), {@code directory} ({@code target/bench}).
 */
public final class MainJobBench {
    private static final int MESSAGES_PER_FILE = 200_000;
    private static final List<String> SUBJECTS = List.of("bare", "caravan");

    private final long messages = Long.getLong("messages", 2_000_000);
    private final int rounds = Integer.getInteger("rounds", 3);
    private final Arena arena = Arena.of("target/bench", MESSAGES_PER_FILE);
    private final Report report = new Report(System.out, messages);

    private MainJobBench() {}

    public static void main(String[] args) throws Exception {
        boolean passed = new MainJobBench().run();
        System.exit(passed ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "%,d messages, %,d in a file, %d rounds after a warm-up, %s%n",
                messages, MESSAGES_PER_FILE, rounds, String.join(" ", arena.jvm()));
        Events.Truth truth = arena.seed(messages, SUBJECTS);
        List<Round> bare = new ArrayList<>();
        List<Round> caravan = new ArrayList<>();
        try (Participant first = arena.participant("bare", messages);
                Participant second = arena.participant("caravan", messages)) {
            report.head();
            for (int number = 0; number <= rounds; number++) {
                bare.add(arena.round("bare loop", first, number, truth));
                caravan.add(arena.round("Caravan", second, number, truth));
            }
        }
        report.compare(bare.subList(1, bare.size()), caravan.subList(1, caravan.size()));
        if (Boolean.getBoolean("flat")) {
            flat(caravan.get(rounds));
        }
        arena.delete();
        return report.passed();
    }

    private void flat(Round few) throws Exception {
        long many = 10 * messages;
        Events.Truth truth = arena.seed(many, SUBJECTS);
        try (Participant caravan = arena.participant("caravan", many)) {
            report.flat(few, arena.round("Caravan x 10", caravan, 0, truth));
        }
    }
}
