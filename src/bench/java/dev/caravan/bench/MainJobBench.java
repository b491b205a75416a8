package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The main job, from Kafka through SQL to Parquet on S3, against the bare loop. Both run in processes of the same kind,
 * each with its own copy of the same servers and the same topic, in turns; the first round of each is for warming up.
 *
 * <p>Properties: {@code messages} (2,000,000), {@code rounds} (3, after the warm-up), {@code flat} (false; one more round
 * with ten times the messages), {@code jvm} (flags of both, {@code -Xmx512m}), {@code directory} ({@code target/bench}).
 */
public final class MainJobBench {
    private static final int MESSAGES_PER_FILE = 200_000;

    private final long messages = Long.getLong("messages", 2_000_000);
    private final int rounds = Integer.getInteger("rounds", 3);
    private final List<String> jvm =
            List.of(System.getProperty("jvm", "-Xmx512m").split(" "));
    private final Path directory =
            Path.of(System.getProperty("directory", "target/bench")).toAbsolutePath();
    private final Report report = new Report(System.out, messages);

    private MainJobBench() {}

    public static void main(String[] args) throws Exception {
        boolean passed = new MainJobBench().run();
        System.exit(passed ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "%,d messages, %,d in a file, %d rounds after a warm-up, %s%n",
                messages, MESSAGES_PER_FILE, rounds, String.join(" ", jvm));
        Events.Truth truth = seed(messages);
        List<Round> bare = new ArrayList<>();
        List<Round> caravan = new ArrayList<>();
        try (Participant first = participant("bare", messages);
                Participant second = participant("caravan", messages)) {
            report.head();
            for (int number = 0; number <= rounds; number++) {
                bare.add(round("bare loop", first, number, truth));
                caravan.add(round("Caravan", second, number, truth));
            }
        }
        report.compare(bare.subList(1, bare.size()), caravan.subList(1, caravan.size()));
        if (Boolean.getBoolean("flat")) {
            flat(caravan.get(rounds));
        }
        delete(directory);
        return report.passed();
    }

    private void flat(Round few) throws Exception {
        long many = 10 * messages;
        Events.Truth truth = seed(many);
        try (Participant caravan = participant("caravan", many)) {
            report.flat(few, round("Caravan x 10", caravan, 0, truth));
        }
    }

    private Round round(String who, Participant participant, int number, Events.Truth truth) throws Exception {
        Round round = participant.round(number);
        Check.Found found = participant.check(number);
        new Report(System.out, truth.messages()).line(who, number, round, found);
        if (!found.is(truth)) {
            throw new IllegalStateException(who + " wrote " + found + " where the messages make " + truth);
        }
        return round;
    }

    /** Fills a topic and lays the broker's files out for both. */
    private Events.Truth seed(long count) throws Exception {
        delete(directory);
        Events.Truth truth;
        try (Participant seeding = new Participant("bare", directory.resolve("seed"), jvm, count, MESSAGES_PER_FILE)) {
            truth = seeding.seed();
        }
        for (String subject : List.of("bare", "caravan")) {
            copy(directory.resolve("seed/kafka"), directory.resolve(subject + "/kafka"));
        }
        delete(directory.resolve("seed"));
        return truth;
    }

    private Participant participant(String subject, long count) throws IOException {
        return new Participant(subject, directory.resolve(subject), jvm, count, MESSAGES_PER_FILE);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
