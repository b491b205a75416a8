package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One process under measurement, driven from outside: a line in, a line out. */
final class Participant implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;
    private final Endpoints endpoints;

    /** @param jvmFlags the same for all participants */
    Participant(String subject, Path directory, List<String> jvmFlags, long messages, int messagesPerFile)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Measured.class.getName()));
        command.addAll(
                List.of(subject, directory.toString(), Long.toString(messages), Integer.toString(messagesPerFile)));
        process = new ProcessBuilder(command)
                .redirectError(directory.resolveSibling(subject + ".log").toFile())
                .start();
        commands = process.outputWriter();
        answers = process.inputReader();
        endpoints = JSON.readValue(answer(), Endpoints.class);
    }

    Events.Truth seed() throws IOException {
        send("seed");
        return JSON.readValue(answer(), Events.Truth.class);
    }

    Round round(int number) throws IOException {
        send("round " + number);
        return JSON.readValue(answer(), Round.class);
    }

    Check.Found check(int number) throws Exception {
        try (var s3 = endpoints.s3Client()) {
            return Check.read(s3, Subject.bucket(number), directory.resolve("check"));
        }
    }

    private void send(String command) throws IOException {
        commands.write(command);
        commands.newLine();
        commands.flush();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the measured process ended, see the .log beside " + directory);
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!process.waitFor(60, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
