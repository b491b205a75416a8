package dev.caravan.bench.wait;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Caravan;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.KafkaConnection;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole program with its embedded servers, in a process of its own; ends with its standard input. */
final class Subject implements AutoCloseable {
    static final String ADMIN_KEY = "bench-admin-key-0123456789-0123456789";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    final Place place;

    /** Where its servers are. */
    record Place(int port, String kafka, DatabaseConnection database) {}

    Subject(Path directory, List<String> jvm) throws IOException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Subject.class.getName()));
        command.add(directory.toString());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolveSibling("caravan.log").toFile()))
                .start();
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the measured process ended, see the .log beside " + directory);
        }
        place = JSON.readValue(line, Place.class);
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path data = Path.of(args[0]).toAbsolutePath();
        try (ConfigurableApplicationContext context = SpringApplication.run(
                Caravan.class,
                "--caravan.data-dir=" + data,
                "--caravan.routes.dir=" + Files.createDirectories(data.resolve("routes")),
                "--server.port=0",
                "--caravan.admin-key=" + ADMIN_KEY,
                "--caravan.rate-limit=0",
                "--caravan.demo=false")) {
            Place place = new Place(
                    Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")),
                    context.getBean(KafkaConnection.class).bootstrapServers(),
                    context.getBean(DatabaseConnection.class));
            answers.println(JSON.writeValueAsString(place));
            while (System.in.read() >= 0) {
                // until the other side closes it
            }
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    /** Resident memory of the program's own process, without its database. */
    long residentMib() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .sum();
    }

    /** As by {@code kill -9}; its database goes on. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
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
