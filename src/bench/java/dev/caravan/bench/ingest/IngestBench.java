package dev.caravan.bench.ingest;

import dev.caravan.bench.Events;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * {@code POST /pipeline/{id}/ingest} against a bare Spring MVC handler: one client with batches of 1,000 messages, and 32
 * clients with single ones. Each runs in a process of its own with its own broker; rounds alternate.
 *
 * <p>Properties: {@code rounds} (3, after the warm-up), {@code seconds} (5, for each measurement), {@code jvm} (flags of
 * both, {@code -Xmx512m}), {@code load} ({@code both}; {@code batches} or {@code singles}), {@code directory} ({@code
 * target/bench-ingest}).
 */
public final class IngestBench {
    private static final double BAR = 0.70;

    /** After one, the compiler of both was still at work. */
    private static final int WARM_ROUNDS = 4;

    private final int rounds = Integer.getInteger("rounds", 3);
    private final int seconds = Integer.getInteger("seconds", 5);
    private final Path directory =
            Path.of(System.getProperty("directory", "target/bench-ingest")).toAbsolutePath();

    private IngestBench() {}

    /** @param messages in each request */
    private enum Load {
        BATCHES("1 client, batches of 1,000", 1, 1_000),
        SINGLES("32 clients, single messages", 32, 1);

        private final String title;
        private final int clients;
        private final int messages;

        Load(String title, int clients, int messages) {
            this.title = title;
            this.clients = clients;
            this.messages = messages;
        }

        byte[] body() {
            Events events = new Events();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int i = 0; i < messages; i++) {
                body.writeBytes(events.next());
                body.write('\n');
            }
            return body.toByteArray();
        }
    }

    public static void main(String[] args) throws Exception {
        System.exit(new IngestBench().run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        delete(directory);
        List<String> jvm = List.of(System.getProperty("jvm", "-Xmx512m").split(" "));
        System.out.printf("%d rounds of %d s after a warm-up, %s%n", rounds, seconds, String.join(" ", jvm));
        try (MeasuredProcess bare = new MeasuredProcess("bare", directory.resolve("bare"), jvm);
                MeasuredProcess caravan = new MeasuredProcess("caravan", directory.resolve("caravan"), jvm)) {
            boolean passed = true;
            long[] sent = new long[2];
            for (Load load : loads()) {
                passed &= compare(load, bare.target, caravan.target, sent);
            }
            requireMessages(bare.target, sent[0]);
            requireMessages(caravan.target, sent[1]);
            return passed;
        }
    }

    private static List<Load> loads() {
        String only = System.getProperty("load", "both");
        return only.equals("both") ? List.of(Load.values()) : List.of(Load.valueOf(only.toUpperCase(Locale.ROOT)));
    }

    private boolean compare(Load load, Measured.Target bare, Measured.Target caravan, long[] sent) throws Exception {
        double[] bareSpeeds = new double[rounds];
        double[] caravanSpeeds = new double[rounds];
        System.out.printf("%n%s%n", load.title);
        for (int round = 1 - WARM_ROUNDS; round <= rounds; round++) {
            long first = measure(load, bare);
            long second = measure(load, caravan);
            sent[0] += first;
            sent[1] += second;
            System.out.printf(
                    Locale.ROOT,
                    "%5s  bare %,10.0f  Caravan %,10.0f messages/s%n",
                    round < 1 ? "warm" : Integer.toString(round),
                    (double) first / seconds,
                    (double) second / seconds);
            if (round > 0) {
                bareSpeeds[round - 1] = (double) first / seconds;
                caravanSpeeds[round - 1] = (double) second / seconds;
            }
        }
        double ratio = median(caravanSpeeds) / median(bareSpeeds);
        boolean held = ratio >= BAR;
        System.out.printf(
                Locale.ROOT,
                "%s  medians %,.0f and %,.0f messages/s, ratio %.2f (at least %.2f)%n",
                held ? "PASS" : "FAIL",
                median(bareSpeeds),
                median(caravanSpeeds),
                ratio,
                BAR);
        return held;
    }

    /** @return messages that were acknowledged */
    private long measure(Load load, Measured.Target target) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(load.clients);
        try {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            List<Future<Long>> clients = new ArrayList<>();
            for (int i = 0; i < load.clients; i++) {
                clients.add(threads.submit(() -> client(load, target, end)));
            }
            long requests = 0;
            for (Future<Long> client : clients) {
                requests += client.get();
            }
            return requests * load.messages;
        } finally {
            threads.shutdownNow();
        }
    }

    private static long client(Load load, Measured.Target target, long end) throws IOException {
        long requests = 0;
        try (Sender sender = new Sender(target, load.body())) {
            while (System.nanoTime() - end < 0) {
                sender.send();
                requests++;
            }
        }
        return requests;
    }

    /** What was answered as accepted is in Kafka, and nothing else. */
    private static void requireMessages(Measured.Target target, long expected) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", target.kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(target.topic()).stream()
                    .map(partition -> new TopicPartition(target.topic(), partition.partition()))
                    .toList();
            long found = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            if (found != expected) {
                throw new IllegalStateException(target.topic() + " has " + found + " messages, not " + expected);
            }
        }
    }

    private static double median(double[] speeds) {
        double[] sorted = Arrays.stream(speeds).sorted().toArray();
        int middle = sorted.length / 2;
        return IntStream.of(middle, sorted.length - 1 - middle)
                .mapToDouble(at -> sorted[at])
                .average()
                .orElseThrow();
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
