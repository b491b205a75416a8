package dev.caravan.kill;

import dev.caravan.testing.Ports;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts Caravan in child JVMs that know the servers by their environment. Uses a class archive of the JVM's own to start
 * in a third of the time. Ends all that are left when closed, or when this JVM ends.
 */
final class Launcher implements AutoCloseable {
    private static final String MAIN = "dev.caravan.Caravan";
    private static final Duration READY = Duration.ofSeconds(90);

    private final Path directory;
    private final Path logs;
    private final Map<String, String> environment;
    private final List<String> options;
    private final String classPath;
    private final Path archive;
    private final ConcurrentLinkedQueue<CaravanProcess> children = new ConcurrentLinkedQueue<>();
    private final Thread atExit = new Thread(this::killAll);

    /**
     * @param test names the directory of the logs under {@code target}
     * @param pipeline text of the one pipeline that is provisioned
     * @param options for every JVM
     */
    Launcher(String test, Map<String, String> environment, String pipeline, List<String> options) throws IOException {
        this.directory = Files.createTempDirectory("launcher").toAbsolutePath();
        this.logs = Path.of("target", "kill-logs", test).toAbsolutePath();
        delete(logs);
        Files.createDirectories(logs);
        this.environment = new LinkedHashMap<>(environment);
        this.options = List.copyOf(options);
        this.classPath = classPath(directory.resolve("classes.jar"));
        this.archive = directory.resolve("classes.jsa");
        Files.createDirectories(directory.resolve("routes/pipelines"));
        Files.writeString(directory.resolve("routes/pipelines/kill.yaml"), pipeline);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Runs one child from start to orderly end, which migrates the database and archives the classes. */
    void warmUp() {
        CaravanProcess first = start("warm-up", 0, List.of("-XX:ArchiveClassesAtExit=" + archive));
        first.awaitReady(READY);
        first.sigterm();
        int code = first.awaitExit(Duration.ofSeconds(60));
        if (code != 0 && code != 128 + 15) {
            throw new AssertionError("an orderly end gave exit code " + code + ":\n" + first.lastLines(60));
        }
    }

    /** The data directory of a slot. */
    Path data(int slot) {
        return directory.resolve("data-" + slot);
    }

    /** @param slot children of one slot have one data directory; never start two at a time */
    CaravanProcess start(String name, int slot, List<String> more) {
        Path data = data(slot);
        Path temporary = directory.resolve("tmp-" + slot);
        Path log = logs.resolve(name + ".log");
        int port = Ports.free();
        try {
            // what a killed JVM has unpacked there
            delete(temporary);
            Files.createDirectories(temporary);
            ProcessBuilder builder = new ProcessBuilder(command(temporary, more));
            builder.environment().putAll(environment);
            builder.environment().put("CARAVAN_PORT", Integer.toString(port));
            builder.environment().put("CARAVAN_DATA_DIR", data.toString());
            builder.environment()
                    .put("CARAVAN_ROUTES_DIR", directory.resolve("routes").toString());
            builder.environment().put("CARAVAN_DEMO", "false");
            builder.environment().put("CARAVAN_RATE_LIMIT", "0");
            builder.environment().put("CARAVAN_ADMIN_KEY", CaravanProcess.ADMIN_KEY);
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
            CaravanProcess child = new CaravanProcess(name, builder.start(), port, log);
            children.add(child);
            child.onExit().thenRun(() -> children.remove(child));
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(Path temporary, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off",
                "-Djava.io.tmpdir=" + temporary));
        if (Files.exists(archive)) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        command.addAll(options);
        command.addAll(more);
        command.addAll(List.of("-cp", classPath, MAIN));
        return command;
    }

    /** The class path of this JVM without tests; the program's own classes as a jar, because only jars can be archived. */
    private static String classPath(Path jar) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator))) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                entries.add(entry);
            } else if (Files.exists(path.resolve(MAIN.replace('.', '/') + ".class"))) {
                pack(path, jar);
                entries.add(jar.toString());
            }
        }
        return entries.stream().collect(Collectors.joining(File.pathSeparator));
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> paths = Files.walk(classes)) {
            for (Path path :
                    paths.filter(each -> !each.equals(classes)).sorted().toList()) {
                String name = classes.relativize(path).toString().replace(File.separatorChar, '/');
                boolean folder = Files.isDirectory(path);
                // folders too: that is how class path scanning finds packages in a jar
                out.putNextEntry(new JarEntry(folder ? name + "/" : name));
                if (!folder) {
                    Files.copy(path, out);
                }
                out.closeEntry();
            }
        }
    }

    private void killAll() {
        children.forEach(CaravanProcess::close);
        killLeftPostgres();
    }

    /** A child that was killed leaves the PostgreSQL that it had started. */
    private void killLeftPostgres() {
        try (Stream<Path> slots = Files.list(directory)) {
            for (Path slot : slots.toList()) {
                Path pidFile = slot.resolve("postgresql/cluster/postmaster.pid");
                if (Files.exists(pidFile)) {
                    long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
                    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> all = Files.walk(path)) {
                all.sorted(Comparator.reverseOrder())
                        .forEach(each -> each.toFile().delete());
            }
        }
    }

    @Override
    public void close() throws IOException {
        killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
        delete(directory);
    }
}
