package dev.caravan.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One measured process, seen from both sides: says on its standard output where it listens, ends with its input. */
final class MeasuredProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    final Measured.Target target;

    MeasuredProcess(String subject, Path directory, List<String> jvm) throws IOException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MeasuredProcess.class.getName()));
        command.addAll(List.of(subject, directory.toString()));
        process = new ProcessBuilder(command)
                .redirectError(directory.resolveSibling(subject + ".log").toFile())
                .start();
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the measured process ended, see the .log beside " + directory);
        }
        target = JSON.readValue(line, Measured.Target.class);
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path data = Path.of(args[1]).toAbsolutePath();
        try (Measured subject = args[0].equals("bare") ? new BareIngest(data) : new WholeCaravan(data)) {
            answers.println(JSON.writeValueAsString(subject.target()));
            while (System.in.read() >= 0) {
                // until the other side closes it
            }
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
