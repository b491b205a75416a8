package dev.caravan.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a killed Caravan leaves behind: its PostgreSQL runs on, or {@code postmaster.pid} names a process that is something
 * else by now, which PostgreSQL would take for itself. Called with the data directory locked, so no other owner is alive.
 */
final class OrphanedPostgres {
    private static final Logger log = LoggerFactory.getLogger(OrphanedPostgres.class);

    private OrphanedPostgres() {}

    static void stop(Path cluster, PostgresCommand command) throws IOException {
        Path pidFile = cluster.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> orphan = process(pidFile).filter(p -> isPostgresOn(p, cluster, pidFile));
        if (orphan.isPresent()) {
            log.info(
                    "Stopping the PostgreSQL (process {}) that an earlier Caravan left on {}",
                    orphan.get().pid(),
                    cluster);
            command.run("pg_ctl", List.of("stop", "-D", cluster.toString(), "-m", "fast", "-t", "30", "-w"));
        }
        Files.deleteIfExists(pidFile);
    }

    private static Optional<ProcessHandle> process(Path pidFile) throws IOException {
        List<String> lines = Files.readAllLines(pidFile);
        try {
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.get(0).strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isPostgresOn(ProcessHandle process, Path cluster, Path pidFile) {
        String program = process.info()
                .command()
                .map(c -> Path.of(c).getFileName().toString())
                .orElse("");
        if (!program.startsWith("postgres")) {
            return false;
        }
        Path directory = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            if (!Files.exists(directory)) {
                directory = Path.of(Files.readAllLines(pidFile).get(1)); // no /proc: what the file itself says
            }
            return Files.isSameFile(directory, cluster);
        } catch (IOException e) {
            return false;
        }
    }
}
