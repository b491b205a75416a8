package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Caravan;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Connection;
import dev.caravan.delivery.BatchCommitted;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The whole program with its embedded servers, driven over HTTP as anybody would. The pipeline has one consumer, which is
 * the default and what the bare loop has.
 */
final class CaravanSubject implements Subject {
    private static final String ADMIN_KEY = "bench-admin-key-0123456789-0123456789";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int GIVE_UP_SECONDS = 600;
    private static final int SCRAPE_SECONDS = 5;

    private static final String DOCUMENT = """
            {"name": "bench-%d",
             "options": {"event": "%s", "start_from": "earliest",
                         "batch": {"max_events": %d, "max_bytes": "512MiB", "max_interval": "10m"}},
             "schema": {"user_id": "BIGINT", "event": "VARCHAR", "amount": "DOUBLE", "ts": "VARCHAR"},
             "steps": [
               {"name": "gross", "kamelet": "sql-transform-action", "properties": {"query": "%s"}},
               {"name": "lake", "kamelet": "s3-sink", "properties":
                 {"bucket": "%s", "prefix": "caravan", "format": "parquet", "compression": "zstd"}}]}""";

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI operations;
    private final JdbcClient database;
    private final S3Client s3;
    private final int messagesPerFile;
    private final Semaphore committed = new Semaphore(0);
    private @Nullable Future<?> scraping;
    private final ScheduledExecutorService scraper = Executors.newSingleThreadScheduledExecutor();

    /** @param watched with everything of monitoring as it is by default, and somebody who scrapes; else with none of it */
    CaravanSubject(Path data, int messagesPerFile, boolean watched) throws IOException {
        this.messagesPerFile = messagesPerFile;
        context = SpringApplication.run(
                Caravan.class,
                "--caravan.data-dir=" + data,
                "--caravan.routes.dir=" + Files.createDirectories(data.resolve("routes")),
                "--server.port=0",
                "--caravan.admin-key=" + ADMIN_KEY,
                "--caravan.demo=false",
                "--caravan.rate-limit=0",
                "--caravan.monitor.enabled=" + watched);
        context.addApplicationListener((PayloadApplicationEvent<?> event) -> {
            if (event.getPayload() instanceof BatchCommitted batch) {
                committed.release(Math.toIntExact(batch.counts().in()));
            }
        });
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        operations = URI.create("http://127.0.0.1:" + port + "/pipeline");
        if (watched) {
            scraping = scraper.scheduleAtFixedRate(
                    () -> scrape(URI.create("http://127.0.0.1:" + port + "/observe/metrics")),
                    SCRAPE_SECONDS,
                    SCRAPE_SECONDS,
                    TimeUnit.SECONDS);
        }
        database = context.getBean(JdbcClient.class);
        s3 = context.getBean(S3Client.class);
    }

    private void scrape(URI metrics) {
        HttpRequest request = HttpRequest.newBuilder(metrics)
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .build();
        HttpResponse<String> answer =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("no metrics: " + answer.body());
        }
    }

    @Override
    public Endpoints endpoints() {
        return Endpoints.of(
                context.getBean(KafkaConnection.class).bootstrapServers(), context.getBean(S3Connection.class));
    }

    @Override
    public void prepare(int round) throws Exception {
        s3.createBucket(request -> request.bucket(Subject.bucket(round)));
        committed.drainPermits();
        operate(
                "create",
                JSON.readTree(
                        DOCUMENT.formatted(round, Events.TOPIC, messagesPerFile, Events.QUERY, Subject.bucket(round))));
    }

    @Override
    public void run(int round, long messages, Runnable started) throws Exception {
        CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> pipeline("start", round, Map.of()));
        while (owned() == 0) {
            if (starting.isCompletedExceptionally()) {
                starting.join();
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        started.run();
        if (!committed.tryAcquire(Math.toIntExact(messages), GIVE_UP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("only " + committed.availablePermits() + " messages are committed");
        }
        while (inLedger() < messages) { // the event is published within the transaction
            TimeUnit.MILLISECONDS.sleep(1);
        }
        starting.join();
    }

    @Override
    public void finish(int round) {
        if (scraping != null && scraping.isDone()) {
            throw new IllegalStateException("metrics are not there");
        }
        pipeline("delete", round, Map.of("force", true));
    }

    private long owned() {
        return database.sql("SELECT count(*) FROM pipeline_partition")
                .query(Long.class)
                .single();
    }

    private long inLedger() {
        return database.sql("SELECT coalesce(sum(rows_in), 0) FROM pipeline_file WHERE status = 'COMMITTED'")
                .query(Long.class)
                .single();
    }

    private void pipeline(String operation, int round, Map<String, Object> more) {
        var parameters = JSON.createObjectNode().put("pipeline", "bench-" + round);
        parameters.setAll((com.fasterxml.jackson.databind.node.ObjectNode) JSON.valueToTree(more));
        try {
            operate(operation, parameters);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void operate(String operation, JsonNode parameters) throws IOException, InterruptedException {
        byte[] body = JSON.writeValueAsBytes(Map.of("operation", operation, "parameters", parameters));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(operations)
                        .header("Authorization", "Bearer " + ADMIN_KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(operation + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    @Override
    public void close() {
        scraper.shutdownNow();
        context.close();
    }
}
