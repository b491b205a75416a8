package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.problem.Problem;
import dev.caravan.route.CompiledPipeline.CompiledRoute;
import dev.caravan.route.CompiledPipeline.CompiledStep;
import dev.caravan.route.CompiledPipeline.ThroughBean;
import dev.caravan.sql.SqlSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.util.unit.DataSize;

/**
 * Sends messages through the steps of a pipeline without its sink: the same Kamelets and the same engine as in the real
 * run, under a name of their own and with limits of their own. Nothing is stored, written or committed.
 */
public final class Previews {
    static final SqlSettings LIMITS = new SqlSettings(DataSize.ofMegabytes(128), Duration.ofSeconds(10));
    private static final int AT_ONCE = 2;

    private final PipelineRoutes routes;
    private final RouteCompiler compiler;
    private final CamelRoutes camel;
    private final ProducerTemplate producer;
    private final BiFunction<Pipeline, String, VersionRuntime> runtimes;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /** @param runtimes makes the runtime of a trial, with the schemas of the pipeline of that id */
    Previews(
            PipelineRoutes routes,
            RouteCompiler compiler,
            CamelRoutes camel,
            ProducerTemplate producer,
            BiFunction<Pipeline, String, VersionRuntime> runtimes) {
        this.routes = routes;
        this.compiler = compiler;
        this.camel = camel;
        this.producer = producer;
        this.runtimes = runtimes;
    }

    /**
     * @param limit rows shown of each step
     * @param patience how long to wait while others look
     */
    public Preview show(Pipeline pipeline, List<PreviewMessage> messages, int limit, Duration patience) {
        Instant now = pipeline.updatedAt();
        Pipeline trial = new Pipeline(
                "preview_" + UUID.randomUUID(), pipeline.project(), 1, pipeline.spec(), false, null, now, now);
        if (!place(patience)) {
            throw new Problem(RouteReason.BUSY, "others are looking at previews; try again");
        }
        try (VersionRuntime runtime = runtimes.apply(trial, pipeline.id())) {
            return run(trial, pipeline.topic(), runtime, messages, new Preview(limit));
        } finally {
            places.release();
        }
    }

    private boolean place(Duration patience) {
        try {
            return places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Preview run(
            Pipeline trial, String topic, VersionRuntime runtime, List<PreviewMessage> messages, Preview preview) {
        CompiledRoute route = tapped(compiler.compile(trial).steps());
        routes.trial(trial.id(), runtime);
        try {
            camel.add(route);
            Map<Integer, List<PreviewMessage>> partitions = new TreeMap<>();
            messages.forEach(message -> partitions
                    .computeIfAbsent(message.partition(), partition -> new ArrayList<>())
                    .add(message));
            for (List<PreviewMessage> batch : partitions.values()) {
                if (preview.failure() == null) {
                    send(trial, topic, runtime, batch, preview);
                }
            }
            return preview;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new Problem(
                    RouteReason.NOT_COMPILED, compiler.secrets(trial.spec()).hiddenIn(RouteChecks.sentence(e)));
        } finally {
            remove(route);
            routes.trial(trial.id(), null);
        }
    }

    private void remove(CompiledRoute route) {
        try {
            camel.remove(route);
        } catch (Exception e) {
            throw new IllegalStateException("the routes of a preview did not stop", e);
        }
    }

    /** The steps but the sink, with a look at what comes in and what each of them gives. */
    private static CompiledRoute tapped(CompiledRoute route) {
        List<CompiledStep> steps = new ArrayList<>();
        for (CompiledStep step : route.steps()) {
            steps.add(new ThroughBean(PreviewTap.NAME));
            steps.add(step);
        }
        return new CompiledRoute(route.id(), route.from(), steps.subList(0, steps.size() - 1));
    }

    private void send(
            Pipeline trial, String topic, VersionRuntime runtime, List<PreviewMessage> messages, Preview preview)
            throws IOException {
        preview.begin(messages.size());
        Batch.Receipt receipt = new Batch.Receipt();
        Instant time = trial.updatedAt();
        try (Spool spool = spool(topic, runtime, messages)) {
            Batch batch =
                    new Batch(trial.id(), 1, spool.range(), 0, time, true, spool, runtime.open(spool, time), receipt);
            Exchange done = producer.send("direct:" + batch.route(), exchange -> {
                exchange.setProperty(PreviewTap.PREVIEW, preview);
                exchange.getMessage().setBody(batch);
            });
            if (done.getException() != null) {
                preview.failed(BatchFailures.classify(done.getException()), compiler.secrets(trial.spec()));
            }
        } finally {
            receipt.endAttempt();
        }
    }

    private static Spool spool(String topic, VersionRuntime runtime, List<PreviewMessage> messages) throws IOException {
        try (SpoolWriter writer = new SpoolWriter(
                runtime.directory().resolve("preview-" + UUID.randomUUID() + ".ndjson"),
                topic,
                messages.get(0).partition(),
                runtime.inlined())) {
            for (PreviewMessage message : messages) {
                byte[] value = message.value();
                writer.appendMessage(
                        message.offset(),
                        message.timestamp(),
                        message.key(),
                        message.headers(),
                        value == null ? null : ByteBuffer.wrap(value));
            }
            return writer.finish();
        }
    }
}
