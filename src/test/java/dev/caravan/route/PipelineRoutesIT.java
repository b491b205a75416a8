package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.batch.OffsetRange;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pipelines come and go in a real Camel context with real consumers. */
class PipelineRoutesIT {
    private static final int CYCLES = Integer.getInteger("cycles", 1_000);
    private static final int AT_ONCE = 16;
    /** Pools grow while they are used; a thread of each cycle would be a thousand. */
    private static final int THREADS_OF_POOLS = 64;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static RunningCaravan caravan;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    @Test
    void aThousandPipelinesThatCameAndWentLeaveNothing() throws Exception {
        cycle("warm-up");
        Left before = Left.now(caravan.bean(CamelContext.class));
        int threads = Thread.getAllStackTraces().size();
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<?>> cycles = new ArrayList<>();
            for (int i = 0; i < CYCLES; i++) {
                String name = "cycle-" + i;
                cycles.add(workers.submit(() -> cycle(name)));
            }
            for (Future<?> cycle : cycles) {
                cycle.get();
            }
        } finally {
            workers.shutdownNow();
        }
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(Left.now(caravan.bean(CamelContext.class))).isEqualTo(before));
        assertThat(Thread.getAllStackTraces()).hasSizeLessThan(threads + THREADS_OF_POOLS);
    }

    private static Void cycle(String name) {
        Pipelines pipelines = caravan.bean(Pipelines.class);
        Pipeline pipeline = pipelines.create("default", document(name));
        caravan.bean(PipelineRoutes.class).start(pipeline, new Silent()).close();
        pipelines.delete("default", pipeline.id());
        return null;
    }

    private static JsonNode document(String name) {
        return JSON.valueToTree(Map.of(
                "name", name,
                "options", Map.of("event", "cycles"),
                "schema", Map.of("id", "BIGINT"),
                "steps",
                        List.of(
                                Map.of(
                                        "name", "query",
                                        "kamelet", "sql-transform-action",
                                        "properties", Map.of("query", "SELECT id FROM events")),
                                Map.of("name", "lake", "kamelet", "s3-sink", "properties", Map.of("bucket", "lake")))));
    }

    /** What a pipeline could leave behind. */
    private record Left(List<String> routes, List<String> endpoints, List<String> threads, List<String> spools) {
        static Left now(CamelContext camel) {
            return new Left(
                    camel.getRoutes().stream().map(Route::getId).sorted().toList(),
                    camel.getEndpoints().stream()
                            .map(Endpoint::getEndpointUri)
                            .sorted()
                            .toList(),
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(thread -> thread.contains("KafkaConsumer") || thread.contains("heartbeat"))
                            .sorted()
                            .toList(),
                    spoolFiles());
        }

        private static List<String> spoolFiles() {
            try (Stream<Path> files = Files.list(caravan.data().resolve("spool"))) {
                return files.map(Path::toString).sorted().toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Hears nothing. */
    private record Silent() implements SourceListener {
        @Override
        public void assigned(String pipeline, int partitions) {}

        @Override
        public void committed(String pipeline, OffsetRange range) {}

        @Override
        public void delayed(String pipeline, String reason, String message, Duration nextTry) {}

        @Override
        public void halted(String pipeline, String reason, String message) {}

        @Override
        public void dropped(String pipeline, String reason, String message) {}

        @Override
        public void signalsRefused(String pipeline, String message) {}

        @Override
        public void fenced(String pipeline, String message) {}
    }
}
