package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The process under measurement: starts one {@link Subject} with its servers and obeys the lines on its standard input.
 * Answers are JSON, one a line; everything else that is printed goes to the standard error stream.
 */
final class Measured {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Measured() {}

    /** Arguments: bare, caravan or unwatched, data directory, messages, messages in a file. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path data = Path.of(args[1]).toAbsolutePath();
        long messages = Long.parseLong(args[2]);
        int messagesPerFile = Integer.parseInt(args[3]);
        Meter meter = new Meter(data);
        Subject subject =
                switch (args[0]) {
                    case "bare" -> new BareSubject(data, messagesPerFile);
                    case "caravan" -> new CaravanSubject(data, messagesPerFile, true);
                    case "unwatched" -> new CaravanSubject(data, messagesPerFile, false);
                    default -> throw new IllegalArgumentException(args[0]);
                };
        answers.println(JSON.writeValueAsString(subject.endpoints()));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            switch (words[0]) {
                case "seed" ->
                    answers.println(JSON.writeValueAsString(
                            Seeding.fill(subject.endpoints().kafka(), messages)));
                case "round" ->
                    answers.println(
                            JSON.writeValueAsString(round(subject, meter, Integer.parseInt(words[1]), messages)));
                default -> throw new IllegalArgumentException(command);
            }
        }
        subject.close();
        System.exit(0);
    }

    private static Round round(Subject subject, Meter meter, int number, long messages) throws Exception {
        subject.prepare(number);
        AtomicReference<double[]> start = new AtomicReference<>();
        subject.run(number, messages, () -> start.compareAndSet(null, now(meter)));
        double[] begin = start.get();
        double[] end = now(meter);
        Round round = new Round(
                end[0] - begin[0], end[1] - begin[1], meter.jvmPeakKib() / 1024.0, meter.postgresPeakKib() / 1024.0);
        subject.finish(number);
        return round;
    }

    /** Seconds by the clock and of CPU. */
    private static double[] now(Meter meter) {
        return new double[] {System.nanoTime() / 1e9, meter.cpuSeconds()};
    }
}
