package dev.caravan.embedded;

import dev.caravan.connection.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs one of PostgreSQL's programs and waits for it. PostgreSQL refuses to run as root; where this process is root (a
 * container), the program gets a user namespace of its own, in which it is nobody.
 */
final class PostgresCommand {
    private static final long TIMEOUT_SECONDS = 120;
    private static final int TAIL_LINES = 3;
    private static final String ROOT_HINT =
            " (PostgreSQL does not run as root: run Caravan as another user, or set SPRING_DATASOURCE_URL)";

    private final Path home;
    private final boolean root;

    PostgresCommand(Path home) {
        this.home = home;
        this.root = isRoot();
    }

    /** Fails with the last lines of what the program said. */
    void run(String program, List<String> arguments) {
        try {
            Path output = Files.createTempFile("caravan-" + program, ".log");
            try {
                run(program, arguments, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new StartException(program + " of the embedded PostgreSQL cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException(program + " of the embedded PostgreSQL was interrupted.", e);
        }
    }

    private void run(String program, List<String> arguments, Path output) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(root ? List.of("unshare", "-U") : List.of());
        line.add(home.resolve("bin").resolve(program).toString());
        line.addAll(arguments);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile()) // a pipe would stay open as long as the server
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new StartException(
                    program + " of the embedded PostgreSQL did not end within " + TIMEOUT_SECONDS + " s.");
        }
        if (process.exitValue() != 0) {
            throw new StartException(
                    program + " of the embedded PostgreSQL failed: " + tail(output) + (root ? ROOT_HINT : ""));
        }
    }

    static String tail(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            List<String> all = lines.filter(l -> !l.isBlank()).toList();
            return all.stream()
                    .skip(Math.max(0, all.size() - TAIL_LINES))
                    .map(String::strip)
                    .collect(Collectors.joining(" "));
        } catch (IOException | UncheckedIOException e) {
            return "no message";
        }
    }

    private static boolean isRoot() {
        try {
            return Files.exists(Path.of("/proc/self"))
                    && Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
