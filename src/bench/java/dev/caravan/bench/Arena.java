package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where subjects meet: each has a copy of the same topic in a directory of its own. */
record Arena(Path directory, List<String> jvm, int messagesPerFile) {
    /** Of the properties {@code directory} and {@code jvm}. */
    static Arena of(String directory, int messagesPerFile) {
        return new Arena(
                Path.of(System.getProperty("directory", directory)).toAbsolutePath(),
                List.of(System.getProperty("jvm", "-Xmx512m").split(" ")),
                messagesPerFile);
    }

    /** Fills a topic and lays the broker's files out for all subjects. */
    Events.Truth seed(long count, List<String> subjects) throws Exception {
        delete();
        Events.Truth truth;
        try (Participant seeding = new Participant("bare", directory.resolve("seed"), jvm, count, messagesPerFile)) {
            truth = seeding.seed();
        }
        for (String subject : subjects) {
            copy(directory.resolve("seed/kafka"), directory.resolve(subject + "/kafka"));
        }
        delete(directory.resolve("seed"));
        return truth;
    }

    Participant participant(String subject, long count) throws IOException {
        return new Participant(subject, directory.resolve(subject), jvm, count, messagesPerFile);
    }

    /** One pass of a participant, which has to come to what the messages make. */
    Round round(String who, Participant participant, int number, Events.Truth truth) throws Exception {
        Round round = participant.round(number);
        Check.Found found = participant.check(number);
        new Report(System.out, truth.messages()).line(who, number, round, found);
        if (!found.is(truth)) {
            throw new IllegalStateException(who + " wrote " + found + " where the messages make " + truth);
        }
        return round;
    }

    void delete() throws IOException {
        delete(directory);
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
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
