package dev.caravan.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * CPU time and memory of this process and of the embedded PostgreSQL, which runs beside it. Memory and PostgreSQL's part
 * are read from {@code /proc} and are 0 where there is none.
 */
final class Meter implements AutoCloseable {
    private static final double TICKS_PER_SECOND = 100;
    private static final long SAMPLE_MILLIS = 500;

    private final OperatingSystemMXBean jvm = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ScheduledExecutorService sampling = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bench-meter");
        thread.setDaemon(true);
        return thread;
    });
    private final Path data;
    private volatile long postgresPeakKib;

    /** @param data where the servers keep their data; PostgreSQL is found by its {@code postmaster.pid} */
    Meter(Path data) {
        this.data = data;
        sampling.scheduleAtFixedRate(this::sample, 0, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Since the processes began. */
    double cpuSeconds() {
        return jvm.getProcessCpuTime() / 1e9 + postgresCpuSeconds();
    }

    /** Highest resident set of the JVM since it began. */
    long jvmPeakKib() {
        return kib(Path.of("/proc/self/status"), "VmHWM:");
    }

    /** Highest sum of the proportional sets of PostgreSQL's processes: pages that they share count once. */
    long postgresPeakKib() {
        return postgresPeakKib;
    }

    private void sample() {
        long now = postgres()
                .map(pid -> kib(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:"))
                .sum();
        postgresPeakKib = Math.max(postgresPeakKib, now);
    }

    private double postgresCpuSeconds() {
        return postgres().map(Meter::ticks).sum() / TICKS_PER_SECOND;
    }

    private LongStream postgres() {
        try (Stream<Path> files = Files.find(data, 3, (file, attributes) -> file.endsWith("postmaster.pid"))) {
            List<Long> postmasters = new ArrayList<>();
            for (Path file : files.toList()) {
                postmasters.add(Long.parseLong(Files.readAllLines(file).get(0).strip()));
            }
            return postmasters.stream()
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .flatMap(postmaster -> Stream.concat(Stream.of(postmaster), postmaster.descendants()))
                    .mapToLong(ProcessHandle::pid);
        } catch (IOException | UncheckedIOException e) {
            return LongStream.empty(); // it is just starting or stopping
        }
    }

    /** Its own time and that of its children that have ended. */
    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return LongStream.range(11, 15)
                    .map(i -> Long.parseLong(fields[(int) i]))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long kib(Path file, String name) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        sampling.shutdownNow();
    }
}
