package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.access.TestKeys;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /pipeline} over HTTP: who is let in, what is answered, what comes back. */
class ApiTest extends ApiSlice {
    private static final String INGEST =
            "{\"operation\": \"ingest\", \"parameters\": {\"pipeline\": \"a\", \"event\": {}}}";

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
    void methodsThatNobodyKnowsAre405() throws Exception {
        refused(
                send(authorized("/pipeline").method("FOO", BodyPublishers.noBody())),
                405,
                "VALIDATION_ERROR",
                "web.method_not_allowed");
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
    void whoIsToComeBackIsToldWhen() throws Exception {
        operations.fail(new Problem(OperationReason.OVERLOADED, "too much"));

        HttpResponse<String> answer = post(INGEST);

        refused(answer, 429, "RATE_LIMIT_EXCEEDED", "operation.overloaded");
        assertThat(answer.headers().allValues("Retry-After")).containsExactly("1");
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
        assertThat(send(request("/observe/health/live").GET()).statusCode()).isEqualTo(200);
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
        String start = "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"},\"options\":{\"timeout\":60000}}";
        List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            slow.add(http.sendAsync(
                    authorized("/pipeline").POST(BodyPublishers.ofString(start)).build(), BodyHandlers.ofString()));
        }

        HttpRequest list = authorized("/pipeline")
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(LIST))
                .build();
        assertThat(http.send(list, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        gate.countDown();
        slow.forEach(CompletableFuture::join);
    }
}
