package dev.caravan.bench.wait;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Durable waits under load: a pipeline parks messages until a million wait, and their events come over HTTP. The program
 * runs in a process of its own with its embedded servers; clients, program and database share the machine.
 *
 * <p>Properties: {@code waits} (1,000,000), {@code clients} (16), {@code rounds} (3), {@code seconds} (5, for each),
 * {@code warmSeconds} (45), {@code waitJvm} (flags of the program), {@code directory} ({@code target/bench-wait}), {@code parts}
 * (those to measure besides parking and the cost of a send: {@value #PARTS}).
 */
public final class WaitBench {
    private static final String PIPELINE = """
            {"operation": "create", "parameters": {"name": "%1$s",
             "options": {"event": "%1$s", "batch": {"max_events": 50000, "max_interval": "100ms"}%2$s},
             "steps": [{"name": "paid", "kamelet": "wait-for-event-action",
                        "properties": {"event_key": "{id}", "timeout": "30d"}},
                       {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "%1$s"}}]}}""";

    private static final String PARTS = "sends,resumed,reads,prefix,signals,overdue";
    /** More than a second can take. */
    private static final long MOST_SENDS = 7_000;

    private static final long OVERDUE = 100_000;
    private static final long SIGNALS = 100_000;

    private final long waits = Long.getLong("waits", 1_000_000);
    private final int clients = Integer.getInteger("clients", 16);
    private final int rounds = Integer.getInteger("rounds", 3);
    private final int warmSeconds = Integer.getInteger("warmSeconds", 45);
    private final int seconds = Integer.getInteger("seconds", 5);
    private final List<String> jvm = List.of(System.getProperty("waitJvm", "-Xms512m -Xmx512m -XX:+AlwaysPreTouch")
            .split(" "));
    private final Path directory =
            Path.of(System.getProperty("directory", "target/bench-wait")).toAbsolutePath();
    private final Set<String> parts = Set.of(System.getProperty("parts", PARTS).split(","));
    private boolean passed = true;

    private WaitBench() {}

    public static void main(String[] args) throws Exception {
        System.exit(new WaitBench().run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        delete(directory);
        System.out.printf("%,d waits, %d clients, %d rounds of %d s%n", waits, clients, rounds, seconds);
        Path data = directory.resolve("data");
        try (Subject caravan = new Subject(data, jvm);
                Table table = new Table(caravan.place.database());
                Client client = new Client(caravan.place.port())) {
            new Waiting(caravan, table, client).measure();
            if (!parts.contains("overdue")) {
                return passed;
            }
            caravan.kill();
            table.change("UPDATE wait SET expires_at = now() - interval '10 minutes' WHERE event_key LIKE 'late:%'");
        }
        overdue(data);
        return passed;
    }

    /** What is measured while many wait. */
    private final class Waiting {
        private final Subject caravan;
        private final Table table;
        private final Client client;
        private final Topic topic;

        Waiting(Subject caravan, Table table, Client client) throws Exception {
            this.caravan = caravan;
            this.table = table;
            this.client = client;
            topic = new Topic(caravan.place.kafka(), "waits");
            client.require("POST", "/pipeline", PIPELINE.formatted("waits", ""));
        }

        void measure() throws Exception {
            operation("start", "waits");
            // until the compiler of the program has seen it all
            sends("warm-up", clients, warmSeconds, 0, park("warm:", MOST_SENDS * warmSeconds));
            table.change("DELETE FROM wait WHERE event_key LIKE 'warm:%' AND status = 'waiting'");
            table.change("VACUUM ANALYZE wait");
            double fewCost = cost(park("few:", 1_000));
            operation("stop", "waits");
            long before = caravan.residentMib();
            Keys keys = parkMany();
            bar(
                    caravan.residentMib() - before < 100,
                    "RSS growth",
                    "%d MiB after %d (under 100 more)",
                    caravan.residentMib(),
                    before);
            table.change("VACUUM ANALYZE wait");
            double manyCost = cost(keys);
            bar(
                    manyCost <= 1.2 * fewCost,
                    "cost of a send among many against 1,000",
                    "p50 %.2f and %.2f ms, %.2f (at most 1.20)",
                    manyCost,
                    fewCost,
                    manyCost / fewCost);
            if (parts.contains("sends")) {
                compare(keys);
            }
            if (parts.contains("resumed")) {
                resumed(keys);
            }
            if (parts.contains("reads")) {
                reads();
            }
            if (parts.contains("prefix")) {
                // what the sends have left would be cleaned up meanwhile
                table.change("VACUUM ANALYZE wait");
                prefix("ten:", 10_000, 0.5);
                prefix("ten2:", 10_000, 0.5);
                prefix("hundred:", 100_000, 5);
            }
            if (parts.contains("signals")) {
                signals();
            }
            if (parts.contains("overdue")) {
                park("late:", OVERDUE);
            }
        }

        private void operation(String name, String pipeline) throws IOException {
            client.require(
                    "POST",
                    "/pipeline",
                    "{\"operation\":\"%s\",\"parameters\":{\"pipeline\":\"%s\"},\"options\":{\"timeout\":300000}}"
                            .formatted(name, pipeline));
        }

        private Keys park(String prefix, long count) throws Exception {
            return park(topic, prefix, count);
        }

        private Keys park(Topic topic, String prefix, long count) throws Exception {
            long target = table.waiting() + count;
            long first = topic.add(prefix, count);
            awaitWaiting(target);
            return new Keys(prefix, first, count);
        }

        private void awaitWaiting(long target) throws Exception {
            while (table.waiting() < target) {
                Thread.sleep(20);
            }
        }

        private Keys parkMany() throws Exception {
            long first = topic.add("w:", waits);
            long target = table.waiting() + waits;
            long base = target - waits;
            long start = System.nanoTime();
            operation("start", "waits");
            long begun = 0;
            long found = table.waiting();
            for (; found < target; found = table.waiting()) {
                begun = begun == 0 && found > base ? System.nanoTime() : begun;
                Thread.sleep(20);
            }
            double all = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "parked %,d in %.1f s from the start of the pipeline, %.1f s from the first commit%n",
                    waits,
                    all,
                    (System.nanoTime() - begun) / 1e9);
            bar(waits / all >= 50_000, "parking", "%,.0f messages/s (at least 50,000)", waits / all);
            return new Keys("w:", first, waits);
        }

        /** Median milliseconds of sends one after the other, when what was parked before is on the disk. */
        private double cost(Keys keys) throws Exception {
            table.change("CHECKPOINT");
            Thread.sleep(2_000);
            long[] nanos = new long[900];
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                client.send(keys.next());
                nanos[i] = System.nanoTime() - start;
            }
            return new Figures(Arrays.stream(nanos).sum() / 1e9, nanos).p50();
        }

        private Figures sends(String what, int many, double secs, double pace, Keys keys) throws Exception {
            Figures figures = Load.run(many, secs, pace, () -> {
                Client own = new Client(caravan.place.port());
                return new Load.Work() {
                    @Override
                    public void once() throws IOException {
                        own.send(keys.next());
                    }

                    @Override
                    public void close() throws IOException {
                        own.close();
                    }
                };
            });
            System.out.println(what + ": " + figures);
            return figures;
        }

        /** HTTP sends against bare updates, in turn: each round with its neighbour, and of these ratios the median. */
        private void compare(Keys keys) throws Exception {
            List<Figures> http = new ArrayList<>();
            List<Figures> bare = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                Figures updates = Load.run(clients, seconds, 0, () -> table.bareUpdate(keys));
                System.out.println("bare updates: " + updates);
                Figures sends = sends("HTTP sends", clients, seconds, 0, keys);
                if (round > 0) {
                    bare.add(updates);
                    http.add(sends);
                }
            }
            double sends = median(http);
            double[] ratios = IntStream.range(0, rounds)
                    .mapToDouble(
                            round -> http.get(round).rate() / bare.get(round).rate())
                    .sorted()
                    .toArray();
            double ratio = ratios[rounds / 2];
            double p99 = http.stream().mapToDouble(Figures::p99).max().orElseThrow();
            bar(sends >= 1_500, "HTTP sends", "%,.0f/s (at least 1,500)", sends);
            bar(p99 <= 50, "HTTP sends, slowest p99", "%.1f ms (at most 50)", p99);
            bar(
                    ratio >= 0.5,
                    "HTTP sends against bare updates",
                    "%.2f of %,.0f/s (at least 0.50)",
                    ratio,
                    median(bare));
        }

        private void resumed(Keys keys) throws Exception {
            drained();
            String since = table.now();
            sends("sends at 500/s", 8, 10, 500, keys);
            drained();
            Figures delivered = table.untilDelivered(since, 10);
            bar(
                    delivered.p99() <= 1_000,
                    "send to the row's object committed in S3",
                    "p50 %.0f, p99 %.0f ms of %,d (at most 1,000)",
                    delivered.p50(),
                    delivered.p99(),
                    delivered.nanos().length);
        }

        private void drained() throws Exception {
            long start = System.nanoTime();
            while (table.number("SELECT count(*) FROM wait_resume WHERE NOT done") > 0) {
                Thread.sleep(50);
            }
            System.out.printf(
                    Locale.ROOT, "all that ended has gone on after %.1f s%n", (System.nanoTime() - start) / 1e9);
        }

        private void reads() throws Exception {
            for (String path : List.of(
                    "/v1/events?project_id=default",
                    "/v1/events?project_id=default&status=waiting",
                    "/v1/events?project_id=default&status=received&limit=100",
                    "/v1/events/stats")) {
                Figures figures = Load.run(1, 3, 0, () -> () -> client.require("GET", path, ""));
                bar(
                        figures.p99() <= 50,
                        "GET " + path,
                        "p50 %.1f, p99 %.1f ms (at most 50)",
                        figures.p50(),
                        figures.p99());
            }
        }

        /** Events that come over a topic: they are all there when the pipeline starts. */
        private void signals() throws Exception {
            Topic messages = new Topic(caravan.place.kafka(), "signaled");
            Topic events = new Topic(caravan.place.kafka(), "events");
            client.require(
                    "POST",
                    "/pipeline",
                    PIPELINE.formatted("signaled", ", \"signals\": {\"topic\": \"events\", \"key\": \"{id}\"}"));
            operation("start", "signaled");
            park(messages, "signaled:", SIGNALS);
            operation("stop", "signaled");
            events.add("signaled:", SIGNALS);
            long target = table.waiting() - SIGNALS;
            long start = System.nanoTime();
            operation("start", "signaled");
            while (table.waiting() > target) {
                Thread.sleep(20);
            }
            double took = (System.nanoTime() - start) / 1e9;
            System.out.printf(Locale.ROOT, "signals from a topic: %,.0f messages/s (%,d)%n", SIGNALS / took, SIGNALS);
            drained();
        }

        private void prefix(String prefix, long count, double most) throws Exception {
            park(prefix, count);
            long start = System.nanoTime();
            String answer = client.require("POST", "/v1/events/prefix/" + prefix + "/send", "{\"payload\":1}");
            double took = (System.nanoTime() - start) / 1e9;
            if (!answer.contains("\"resolved\":" + count + ",")) {
                throw new IOException(answer.substring(0, Math.min(200, answer.length())));
            }
            bar(took <= most, "prefix send of " + count, "%.2f s (at most %.1f)", took, most);
            drained();
        }
    }

    /** The program was away when they became due. */
    private void overdue(Path data) throws Exception {
        long start = System.currentTimeMillis();
        try (Subject caravan = new Subject(data, jvm);
                Table table = new Table(caravan.place.database())) {
            double started = (System.currentTimeMillis() - start) / 1e3;
            while (table.number("SELECT count(*) FROM wait WHERE status = 'waiting' AND event_key LIKE 'late:%'") > 0) {
                Thread.sleep(100);
            }
            long ended =
                    table.number("SELECT count(*) FROM wait WHERE status = 'timed_out' AND event_key LIKE 'late:%'");
            double last = table.number("SELECT (extract(epoch FROM max(ended_at)) * 1000)::bigint FROM wait"
                            + " WHERE status = 'timed_out' AND event_key LIKE 'late:%'")
                    / 1e3;
            double took = last - start / 1e3;
            System.out.printf(
                    Locale.ROOT,
                    "%,d overdue: the last ended %.1f s after the JVM began, which was ready after %.1f s%n",
                    ended,
                    took,
                    started);
            bar(
                    ended == OVERDUE && took - started <= 10,
                    "overdue after the start",
                    "%.1f s after ready (at most 10)",
                    took - started);
        }
    }

    private static double median(List<Figures> figures) {
        double[] sorted = figures.stream().mapToDouble(Figures::rate).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private void bar(boolean held, String what, String how, Object... values) {
        passed &= held;
        System.out.printf(
                Locale.ROOT, "%s  %s: %s%n", held ? "PASS" : "FAIL", what, String.format(Locale.ROOT, how, values));
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
