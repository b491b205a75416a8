package dev.caravan.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Caravan;
import dev.caravan.connection.KafkaConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole program with its embedded servers and a pipeline that declares its columns. */
final class WholeCaravan implements Measured {
    private static final String ADMIN_KEY = "bench-admin-key-0123456789-0123456789";
    private static final String CREATE = """
            {"operation": "create", "parameters": {"name": "bench",
             "schema": {"user_id": "BIGINT", "event": "VARCHAR", "amount": "DOUBLE", "ts": "VARCHAR"},
             "steps": [{"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "bench"}}]}}""";

    private final ConfigurableApplicationContext context;
    private final int port;
    private final String topic;

    WholeCaravan(Path data) throws IOException, InterruptedException {
        context = SpringApplication.run(
                Caravan.class,
                "--caravan.data-dir=" + data,
                "--caravan.routes.dir=" + Files.createDirectories(data.resolve("routes")),
                "--server.port=0",
                "--caravan.admin-key=" + ADMIN_KEY,
                "--caravan.rate-limit=0",
                "--caravan.demo=false");
        port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
        topic = create().at("/data/topic").asText();
    }

    private JsonNode create() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pipeline"))
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CREATE))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body());
        }
        return new ObjectMapper().readTree(answer.body());
    }

    @Override
    public Target target() {
        String kafka = context.getBean(KafkaConnection.class).bootstrapServers();
        return new Target(port, "/pipeline/bench/ingest", ADMIN_KEY, kafka, topic);
    }

    @Override
    public void close() {
        context.close();
    }
}
