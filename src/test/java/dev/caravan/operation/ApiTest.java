package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.access.TestKeys;
import dev.caravan.problem.ErrorCode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Reason;
import dev.caravan.problem.Violation;
import java.io.ByteArrayInputStream;
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
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** {@code POST /pipeline} over HTTP: the real server, filters, routes and contract, with the operations faked. */
@SpringBootTest(
        classes = ApiTest.Slice.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "camel.main.routes-include-pattern=classpath:routes/api/*.camel.yaml",
            "management.endpoints.web.base-path=/observe",
            "management.endpoint.health.probes.enabled=true",
            "caravan.admin-key=" + TestKeys.ADMIN,
            "spring.autoconfigure.exclude="
                    + "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration,"
                    + "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration"
        })
class ApiTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final String LIST = "{\"operation\": \"list\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ConfigurationPropertiesScan(basePackages = {"dev.caravan.access", "dev.caravan.web"})
    @Import(TestKeys.class)
    @ComponentScan(
            basePackages = {"dev.caravan.web", "dev.caravan.access"},
            excludeFilters =
                    @ComponentScan.Filter(
                            type = FilterType.REGEX,
                            pattern = {".*\\.JdbcApiKeyStore", ".*Test.*"}))
    static class Slice {
        @Bean
        Clock clock() {
            return Clock.fixed(NOW, ZoneOffset.UTC);
        }

        @Bean
        RecordedOperations operations() {
            return new RecordedOperations();
        }

        @Bean("pipelineApi")
        PipelineApi pipelineApi(
                RecordedOperations operations, dev.caravan.web.Envelope envelope, dev.caravan.web.Failures failures) {
            return new PipelineApi(operations, envelope, failures);
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

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void reset() {
        operations.reset();
    }

    @Test
    void anOperationIsDoneAndAnsweredInTheEnvelope() throws Exception {
        operations.answer = (operation, call) -> Map.of("items", List.of());

        HttpResponse<String> answer = post(LIST);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("success").booleanValue()).isTrue();
        assertThat(body.at("/data/items").isArray()).isTrue();
        assertThat(body.at("/meta/requestId").asText()).startsWith("req_");
        assertThat(body.at("/meta/timestamp").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(body.at("/meta/duration").isIntegralNumber()).isTrue();
        assertThat(operations.calls.get(0).project()).isEqualTo("default");
        assertThat(operations.calls.get(0).timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void withoutAKeyNothingIsDone() throws Exception {
        HttpResponse<String> answer = send(request("/pipeline").POST(BodyPublishers.ofString(LIST)));

        refused(answer, 401, "AUTHENTICATION_ERROR", "access.missing_key");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(operations.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer nope", "bearer nope", "Bearer  " + TestKeys.ADMIN + "x", "Bearer cvn_a_b"})
    void anUnknownKeyIsRefused(String authorization) throws Exception {
        HttpResponse<String> answer =
                send(request("/pipeline").header("Authorization", authorization).POST(BodyPublishers.ofString(LIST)));

        refused(answer, 401, "AUTHENTICATION_ERROR", "access.invalid_key");
    }

    @Test
    void otherSchemesThanBearerAreNoKey() throws Exception {
        HttpResponse<String> answer =
                send(request("/pipeline").header("Authorization", "Basic YTpi").POST(BodyPublishers.ofString(LIST)));

        refused(answer, 401, "AUTHENTICATION_ERROR", "access.missing_key");
    }

    @Test
    void aKeyWithoutTheScopeIsForbidden() throws Exception {
        JsonNode error = refused(
                postAs(TestKeys.READER, "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"}}"),
                403,
                "AUTHORIZATION_ERROR",
                "access.missing_scope");
        assertThat(error.at("/details/required_scope").asText()).isEqualTo("pipelines:write");
        refused(postAs(TestKeys.NOTHING, LIST), 403, "AUTHORIZATION_ERROR", "access.missing_scope");
        assertThat(operations.asked).isEmpty();
        assertThat(postAs(TestKeys.READER, LIST).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/nothing", "/pipeline/x", "/pipeline/x/y", "/error", "/pipelines", "/actuator/health"})
    void unknownPathsAre404InTheEnvelope(String path) throws Exception {
        JsonNode error = refused(
                send(authorized(path).POST(BodyPublishers.ofString("{}"))), 404, "NOT_FOUND", "web.unknown_path");

        assertThat(error.get("message").asText()).contains(path);
        refused(send(authorized(path).GET()), 404, "NOT_FOUND", "web.unknown_path");
    }

    @Test
    void aTrailingSlashChangesNothing() throws Exception {
        assertThat(send(authorized("/pipeline/").POST(BodyPublishers.ofString(LIST)))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void otherMethodsAre405(String method) throws Exception {
        HttpResponse<String> answer = send(authorized("/pipeline").method(method, BodyPublishers.ofString("{}")));

        JsonNode error = refused(answer, 405, "VALIDATION_ERROR", "web.method_not_allowed");
        assertThat(answer.headers().firstValue("Allow").orElse("")).contains("POST");
        assertThat(error.get("message").asText()).contains("use POST");
    }

    @Test
    void otherMediaTypesAre415() throws Exception {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/xml")) {
            refused(
                    send(authorized("/pipeline").setHeader("Content-Type", type).POST(BodyPublishers.ofString(LIST))),
                    415,
                    "VALIDATION_ERROR",
                    "web.unsupported_media_type");
        }
    }

    @Test
    void anAnswerThatIsNotAcceptableIs406() throws Exception {
        refused(
                send(authorized("/pipeline").header("Accept", "text/html").POST(BodyPublishers.ofString(LIST))),
                406,
                "VALIDATION_ERROR",
                "web.not_acceptable");
    }

    @Test
    void aBodyOverOneMebibyteIs413() throws Exception {
        String large = "{\"operation\": \"" + "x".repeat(1 << 20) + "\"}";

        refused(post(large), 413, "VALIDATION_ERROR", "web.body_too_large");
        refused(post("x".repeat(24 << 20)), 413, "VALIDATION_ERROR", "web.body_too_large");
    }

    @Test
    void aChunkedBodyOverOneMebibyteIs413() throws Exception {
        byte[] large = new byte[3 << 20];
        HttpResponse<String> answer =
                send(authorized("/pipeline").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));

        refused(answer, 413, "VALIDATION_ERROR", "web.body_too_large");
    }

    @Test
    void aBodyOfExactlyOneMebibyteIsRead() throws Exception {
        String body = LIST + " ".repeat((1 << 20) - LIST.length());

        assertThat(post(body).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{",
                "[]",
                "null",
                "\"list\"",
                "{\"operation\": \"list\"} {}",
                "{\"operation\": 'list'}",
                "{\"operation\": NaN}",
                "{\"operation\": \"list\",}"
            })
    void whatIsNotAJsonObjectIs400(String body) throws Exception {
        refused(post(body), 400, "VALIDATION_ERROR", "web.malformed_json");
    }

    @Test
    void aSyntaxErrorHasLineAndColumn() throws Exception {
        JsonNode error = refused(post("{\n  \"operation\": oops\n}"), 400, "VALIDATION_ERROR", "web.malformed_json");

        assertThat(error.at("/details/violations/0/line").intValue()).isEqualTo(2);
        assertThat(error.at("/details/violations/0/column").intValue()).isGreaterThan(10);
    }

    @Test
    void bytesThatAreNotUtf8Are400() throws Exception {
        byte[] body = LIST.replace("list", "li\u00e9t").getBytes(StandardCharsets.ISO_8859_1);

        refused(
                send(authorized("/pipeline").POST(BodyPublishers.ofByteArray(body))),
                400,
                "VALIDATION_ERROR",
                "web.malformed_json");
    }

    @Test
    void aKeyThatComesTwiceIs400() throws Exception {
        String body = "{\"operation\": \"create\", \"parameters\": {\"name\": \"a\", \"name\": \"b\"}}";

        JsonNode error = refused(post(body), 400, "VALIDATION_ERROR", "web.duplicate_field");
        assertThat(error.get("message").asText()).contains("name");
    }

    @Test
    void moreThan64LevelsAre400() throws Exception {
        assertThat(post(nested(64)).statusCode()).isEqualTo(200);
        refused(post(nested(65)), 400, "VALIDATION_ERROR", "web.nested_too_deep");
        refused(post(nested(100_000)), 400, "VALIDATION_ERROR", "web.nested_too_deep");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws Exception {
        String body = "{\"operation\":\"files\",\"parameters\":{\"limit\":0,\"ofset\":3},\"options\":{}}";

        JsonNode error = refused(post(body), 400, "VALIDATION_ERROR", "web.invalid_fields");
        assertThat(error.at("/details/violations").findValuesAsText("path"))
                .containsExactlyInAnyOrder("/parameters/pipeline", "/parameters/limit", "/parameters/ofset");
        assertThat(error.at("/details/violations").toString()).contains("did you mean offset?");
    }

    @Test
    void anUnknownOperationNamesTheKnownOnes() throws Exception {
        JsonNode error = refused(post("{\"operation\": \"strat\"}"), 400, "VALIDATION_ERROR", "operation.unknown");

        assertThat(error.get("message").asText()).contains("Did you mean start?");
        assertThat(error.at("/details/operations").toString())
                .contains("create", "get", "list", "start", "pause", "resume", "stop", "delete", "ingest", "monitor")
                .contains("files", "dead_letters", "validate");
    }

    @Test
    void aProblemOfAnOwnerKeepsItsCodeReasonAndDetails() throws Exception {
        operations.fail(new Problem(
                Fake.ILLEGAL,
                "cannot start",
                List.of(new Violation("/steps/0", "is wrong", 3, 5)),
                Map.of("status", "paused")));

        JsonNode error = refused(
                post("{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"}}"),
                400,
                "VALIDATION_ERROR",
                "pipeline.illegal_transition");
        assertThat(error.at("/details/status").asText()).isEqualTo("paused");
        assertThat(error.at("/details/violations/0").toString())
                .isEqualTo("{\"path\":\"/steps/0\",\"message\":\"is wrong\",\"line\":3,\"column\":5}");
    }

    @Test
    void aFaultOfOursShowsNothingOfItself() throws Exception {
        operations.answer = (operation, call) -> {
            throw new IllegalStateException("the password is hunter2");
        };

        HttpResponse<String> answer = post(LIST);

        refused(answer, 500, "INTERNAL_ERROR", "web.internal");
        assertThat(answer.body()).doesNotContain("hunter2", "IllegalState", "dev.caravan");
    }

    @Test
    void theRequestIdOfTheClientComesBackEverywhere() throws Exception {
        HttpResponse<String> done =
                send(authorized("/pipeline").header("X-Request-ID", "my id 1").POST(BodyPublishers.ofString(LIST)));
        HttpResponse<String> refused =
                send(authorized("/nothing").header("x-request-id", "my id 2").GET());
        HttpResponse<String> unknown =
                send(request("/pipeline").header("X-Request-ID", "my id 3").GET());

        assertThat(done.headers().allValues("X-Request-ID")).containsExactly("my id 1");
        assertThat(JSON.readTree(done.body()).at("/meta/requestId").asText()).isEqualTo("my id 1");
        assertThat(refused.headers().allValues("X-Request-ID")).containsExactly("my id 2");
        assertThat(JSON.readTree(refused.body()).at("/meta/requestId").asText()).isEqualTo("my id 2");
        assertThat(JSON.readTree(unknown.body()).at("/meta/requestId").asText()).isEqualTo("my id 3");
    }

    @Test
    void aRequestIdThatIsTooLongIsReplaced() throws Exception {
        HttpResponse<String> answer = send(
                authorized("/pipeline").header("X-Request-ID", "x".repeat(129)).POST(BodyPublishers.ofString(LIST)));

        assertThat(answer.headers().firstValue("X-Request-ID").orElse("")).startsWith("req_");
    }

    @Test
    void theAnswerRepeatsNoHeaderOfTheRequest() throws Exception {
        for (HttpRequest.Builder request : List.of(
                authorized("/pipeline").POST(BodyPublishers.ofString(LIST)),
                authorized("/pipeline").POST(BodyPublishers.ofString("{")),
                authorized("/openapi.yaml").GET(),
                authorized("/pipeline/x?secret-parameter=secret-value").GET())) {
            HttpResponse<String> answer = send(request.header("Cookie", "session=secret-cookie")
                    .header("X-Custom", "secret-custom")
                    .header("CamelHttpResponseCode", "299"));

            assertThat(answer.headers().map().toString())
                    .doesNotContain(TestKeys.ADMIN, "secret")
                    .doesNotContainIgnoringCase("camel");
            assertThat(answer.headers().map().keySet())
                    .noneMatch(name -> List.of("authorization", "cookie", "x-custom", "user-agent", "accept")
                            .contains(name.toLowerCase()));
            assertThat(answer.statusCode()).isNotEqualTo(299);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CamelHttpResponseCode",
                "camelhttpresponsecode",
                "CAMELHTTPRESPONSECODE",
                "CamelHttpPath",
                "CamelHttpMethod",
                "CamelHttpUri",
                "CamelHttpServletRequest",
                "cAmElHttpServletRequest",
                "CamelHttpRawQuery",
                "CamelHttpCharacterEncoding",
                "CamelSkipWwwFormUrlEncoding",
                "org.apache.camel.exchange"
            })
    void camelHeadersOfAClientDoNothing(String name) throws Exception {
        HttpResponse<String> byHeader =
                send(authorized("/pipeline").header(name, "418").POST(BodyPublishers.ofString(LIST)));
        HttpResponse<String> byQuery =
                send(authorized("/pipeline?" + name + "=418").POST(BodyPublishers.ofString(LIST)));

        assertThat(byHeader.statusCode()).isEqualTo(200);
        assertThat(byQuery.statusCode()).isEqualTo(200);
        assertThat(operations.asked).hasSize(2);
    }

    @Test
    void nobodyIsWhoAHeaderSays() throws Exception {
        HttpResponse<String> answer = send(request("/pipeline")
                .header("Authorization", "Bearer " + TestKeys.READER)
                .header("dev.caravan.access.Caller", "admin")
                .header("X-Project", "other")
                .POST(BodyPublishers.ofString(LIST)));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(operations.calls.get(0).caller().keyId()).isEqualTo("reader");
    }

    @Test
    void healthAndTheContractNeedNoKey() throws Exception {
        assertThat(send(request("/observe/health/live").GET()).statusCode()).isIn(200, 404);
        assertThat(send(request("/observe/health").GET()).statusCode()).isEqualTo(200);
        HttpResponse<String> contract = send(request("/openapi.yaml").GET());
        assertThat(contract.statusCode()).isEqualTo(200);
        assertThat(contract.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        assertThat(contract.body()).startsWith("openapi: 3.");
        refused(send(request("/observe/metrics").GET()), 401, "AUTHENTICATION_ERROR", "access.missing_key");
    }

    @Test
    void whatTheServerItselfRefusesIsInTheEnvelopeToo() throws Exception {
        assertRefusedByServer("GET /pipeline?a=[%] HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        assertRefusedByServer("GET /pipeline HTTP/1.1\r\n\r\n", 400);
        assertRefusedByServer("GET /a//b;c=d/%2e%2e/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400);
        assertRefusedByServer("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "x".repeat(20_000) + "\r\n\r\n", 400);
    }

    @Test
    void eightSlowOperationsDoNotStopTheNinth() throws Exception {
        operations.answer = (operation, call) -> operation instanceof Operation.Start ? waits(call) : Map.of();
        String start = "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"},\"options\":{\"timeout\":3000}}";
        for (int i = 0; i < 16; i++) {
            http.sendAsync(
                    authorized("/pipeline").POST(BodyPublishers.ofString(start)).build(), BodyHandlers.ofString());
        }

        HttpRequest list = authorized("/pipeline")
                .timeout(Duration.ofSeconds(2))
                .POST(BodyPublishers.ofString(LIST))
                .build();
        assertThat(http.send(list, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        gate.countDown();
    }

    private final java.util.concurrent.CountDownLatch gate = new java.util.concurrent.CountDownLatch(1);

    private Object waits(Call call) {
        try {
            return Map.of("waited", gate.await(call.timeout().toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRefusedByServer(String request, int status) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"success\":false")
                    .contains("VALIDATION_ERROR");
            assertThat(answer).doesNotContain("Tomcat", "<html", "Exception");
        }
    }

    private static String nested(int depth) {
        int inner = depth - 2;
        return "{\"operation\":\"create\",\"parameters\":{\"a\":" + "[".repeat(inner) + "]".repeat(inner) + "}}";
    }

    private HttpResponse<String> post(String body) throws Exception {
        return postAs(TestKeys.ADMIN, body);
    }

    private HttpResponse<String> postAs(String key, String body) throws Exception {
        return send(
                request("/pipeline").header("Authorization", "Bearer " + key).POST(BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder authorized(String path) {
        return request(path).header("Authorization", "Bearer " + TestKeys.ADMIN);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode refused(HttpResponse<String> answer, int status, String code, String reason)
            throws Exception {
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

    private enum Fake implements Reason {
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
