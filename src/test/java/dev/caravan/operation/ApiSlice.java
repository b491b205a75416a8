package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.access.TestKeys;
import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Reason;
import dev.caravan.testing.ContractAnswers;
import dev.caravan.web.RequestBody;
import dev.caravan.web.TestIdempotency;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.servlet.HandlerMapping;

/** The API over HTTP for tests: the real server, filters, routes and contract, with the operations faked. */
@SpringBootTest(
        classes = ApiSlice.Slice.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "camel.main.routes-include-pattern=classpath:routes/api/pipeline.camel.yaml",
            "management.endpoints.web.base-path=/observe",
            "management.endpoint.health.probes.enabled=true",
            "management.endpoint.health.validate-group-membership=false",
            "caravan.admin-key=" + TestKeys.ADMIN,
            "caravan.rate-limit=0",
            "caravan.rate-limit-unauthenticated=0",
            "spring.autoconfigure.exclude="
                    + "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration,"
                    + "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration"
        })
abstract class ApiSlice {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
    static final String LIST = "{\"operation\": \"list\"}";
    static final ObjectMapper JSON = new ObjectMapper();

    @EnableAutoConfiguration
    @ConfigurationPropertiesScan(basePackages = {"dev.caravan.access", "dev.caravan.web"})
    @Import({TestKeys.class, TestIdempotency.class, Ingest.class})
    @ComponentScan(
            basePackages = {"dev.caravan.web", "dev.caravan.access"},
            excludeFilters =
                    @ComponentScan.Filter(
                            type = FilterType.REGEX,
                            pattern = {".*\\.Jdbc.*Store", ".*Test.*"}))
    static class Slice {
        @Bean
        Clock clock() {
            return Clock.fixed(NOW, ZoneOffset.UTC);
        }

        @Bean
        RecordedOperations operations() {
            return new RecordedOperations();
        }

        /** The routes of other APIs need something to go to. */
        @Bean({"webhookApi", "triggerApi"})
        Processor otherApi() {
            return exchange -> {};
        }

        @Bean("pipelineResource")
        dev.caravan.web.Endpoint pipelineResource(RecordedOperations operations, dev.caravan.web.Failures failures) {
            return new dev.caravan.web.Endpoint(failures, new PipelineResource(operations)::answer);
        }

        @Bean("pipelineApi")
        dev.caravan.web.Endpoint pipelineApi(
                RecordedOperations operations, dev.caravan.web.Envelope envelope, dev.caravan.web.Failures failures) {
            return new dev.caravan.web.Endpoint(failures, new PipelineApi(operations, envelope)::answer);
        }
    }

    /** Accepts as many events as the body has bytes, inflated. */
    static class Ingest {
        @Bean
        HandlerMapping ingestEndpoint(dev.caravan.web.Envelope envelope) {
            return IngestEndpoint.at((request, response) -> {
                int bytes = RequestBody.of(request).length;
                response.setContentType("application/json");
                response.getOutputStream()
                        .write(envelope.success(request, new Ingestion.Ingested(bytes, 0, java.util.List.of())));
            });
        }
    }

    @TempDir
    static Path data;

    @DynamicPropertySource
    static void dataDirectory(DynamicPropertyRegistry registry) {
        registry.add("caravan.data-dir", () -> data.toString());
    }

    @LocalServerPort
    int port;

    @Autowired
    RecordedOperations operations;

    @Autowired
    CamelContext camel;

    final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void reset() {
        operations.reset();
    }

    final java.util.concurrent.CountDownLatch gate = new java.util.concurrent.CountDownLatch(1);

    Object waits(Call call) {
        try {
            return Map.of("waited", gate.await(call.timeout().toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void assertRefusedByServer(String request, int status) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"success\":false")
                    .contains("VALIDATION_ERROR");
            assertThat(answer).doesNotContain("Tomcat", "<html", "Exception");
        }
    }

    static String nested(int depth) {
        int inner = depth - 2;
        return "{\"operation\":\"create\",\"parameters\":{\"a\":" + "[".repeat(inner) + "]".repeat(inner) + "}}";
    }

    HttpResponse<String> post(String body) throws Exception {
        return postAs(TestKeys.ADMIN, body);
    }

    HttpResponse<String> postAs(String key, String body) throws Exception {
        return send(
                request("/pipeline").header("Authorization", "Bearer " + key).POST(BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder authorized(String path) {
        return request(path).header("Authorization", "Bearer " + TestKeys.ADMIN);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json");
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            ContractAnswers.require(answer);
        }
        return answer;
    }

    static JsonNode refused(HttpResponse<String> answer, int status, String code, String reason) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("success").booleanValue()).isFalse();
        assertThat(body.at("/error/code").asText()).isEqualTo(code);
        assertThat(body.at("/error/message").asText()).isNotBlank();
        assertThat(body.at("/error/details/reason").asText()).isEqualTo(reason);
        assertThat(body.at("/meta/requestId").asText())
                .isEqualTo(answer.headers().firstValue("X-Request-ID").orElseThrow());
        assertThat(body.at("/meta/timestamp").asText()).endsWith("Z");
        return body.get("error");
    }

    enum Fake implements Reason {
        ILLEGAL;

        @Override
        public String id() {
            return "pipeline.illegal_transition";
        }

        @Override
        public ErrorCode code() {
            return ErrorCode.VALIDATION_ERROR;
        }
    }
}
