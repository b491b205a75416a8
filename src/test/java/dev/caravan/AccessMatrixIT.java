package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.access.ApiKeys;
import dev.caravan.access.Keys;
import dev.caravan.access.Scope;
import dev.caravan.testing.CamelNames;
import dev.caravan.testing.Contract;
import dev.caravan.testing.ContractHttp;
import dev.caravan.testing.Routes;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.DispatcherServlet;

/** Everything in the contract × every kind of credential, on the whole program. */
class AccessMatrixIT {
    private static final String NOBODY = "no-such-object";
    private static final String NAME = "matrix";
    private static final String POISON = "418poison";

    private static RunningCaravan caravan;
    private static Keys keys;
    private static String id;
    private static String expired;
    private static String otherProject;

    /** Makes something in the caller's own project, whatever others have. */
    private static final Set<String> MAKES = Set.of("POST /v1/events", "POST /v0/api_keys", "POST /v0/api-keys");

    /** Finds nothing and says so with a 200. */
    private static final String MATCHES = "POST /v1/events/prefix/{prefix}/send";

    /** Documentation, probes, and what Spring brings along. */
    private static final Set<String> OF_NO_CONTRACT = Set.of(
            "* /docs",
            "* /docs/*",
            "* /docs/pipeline.schema.json",
            "* /docs/swagger-ui*",
            "GET /observe",
            "GET /observe/health",
            "GET /observe/health/**",
            "GET /observe/metrics",
            "* /error",
            "* /**",
            "* /webjars/**");

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
        keys = new Keys(caravan.bean(ApiKeys.class));
        id = caravan.operation(
                        "create",
                        Map.of(
                                "name",
                                NAME,
                                "steps",
                                List.of(Map.of(
                                        "name",
                                        "lake",
                                        "kamelet",
                                        "s3-sink",
                                        "properties",
                                        Map.of("bucket", "lake", "prefix", "matrix")))))
                .get("id")
                .asText();
        expired = keys.in("default", EnumSet.allOf(Scope.class));
        caravan.bean(JdbcClient.class)
                .sql("UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = :id")
                .param("id", expired.split("_")[1])
                .update();
        otherProject = keys.in("other", EnumSet.allOf(Scope.class));
    }

    @AfterAll
    static void afterAllOfThatThePipelineIsAsItWas() throws Exception {
        try {
            JsonNode found = caravan.operation("get", Map.of("pipeline", NAME));
            assertThat(found.get("id").asText()).isEqualTo(id);
            assertThat(found.get("status").asText()).isEqualTo("stopped");
            assertThat(found.get("version").intValue()).isEqualTo(1);
        } finally {
            caravan.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyCallWithEveryCredential() {
        return Contract.read().calls().stream().flatMap(call -> call.open() ? Stream.of(open(call)) : closed(call));
    }

    /** So that nothing is open, or looked at by nobody, because it was forgotten here. */
    @Test
    void whateverTheProgramAnswersAtIsInTheContract() {
        Set<String> contract = new TreeSet<>(OF_NO_CONTRACT);
        for (Contract.Call call : Contract.read().calls()) {
            String path = Routes.plain(call.template());
            contract.addAll(List.of(call.method() + " " + path, "* " + path));
        }

        Set<String> routes = Routes.of(caravan.bean(DispatcherServlet.class).getHandlerMappings());

        assertThat(routes).hasSizeGreaterThan(50);
        assertThat(contract).containsAll(routes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/observe", "/observe/metrics", "/error", "/webjars/a.js", "/anything"})
    void whatIsInNoContractNeedsAKeyToo(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(caravan.address().resolve(path))
                .timeout(Duration.ofSeconds(60))
                .build();

        unauthenticated(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()));
    }

    /** They are those of all projects. */
    @Test
    void metricsAreForReadersOfTheProjectThatRunsTheServer() throws Exception {
        assertThat(metrics(keys.in("default", Set.of(Scope.PIPELINES_READ))).statusCode())
                .isEqualTo(200);
        for (String key : List.of(
                keys.in("default", Keys.allBut(Scope.PIPELINES_READ)), keys.in("default", Set.of()), otherProject)) {
            HttpResponse<String> answer = metrics(key);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
            assertThat(answer.body()).contains("access.missing_scope").doesNotContain(id);
        }
    }

    private static HttpResponse<String> metrics(String key) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(caravan.address().resolve("/observe/metrics"))
                                .header("Authorization", "Bearer " + key)
                                .build(),
                        BodyHandlers.ofString());
    }

    private static DynamicTest open(Contract.Call call) {
        return DynamicTest.dynamicTest(
                call + " is open",
                () -> assertThat(send(call, null, NOBODY).statusCode()).isNotIn(401, 403));
    }

    private static Stream<DynamicTest> closed(Contract.Call call) {
        assertThat(call.scope())
                .as("%s needs a line x-scope in openapi.yaml", call)
                .isNotNull();
        Scope needed = Keys.scope(call.scope());
        return Stream.of(
                DynamicTest.dynamicTest(call + " without a key is 401", () -> unauthenticated(send(call, null, NAME))),
                DynamicTest.dynamicTest(
                        call + " with a wrong key is 401", () -> unauthenticated(send(call, "cvn_a_b", NAME))),
                DynamicTest.dynamicTest(
                        call + " with an expired key is 401", () -> unauthenticated(send(call, expired, NAME))),
                DynamicTest.dynamicTest(call + " of another project sees nothing", () -> {
                    if (!MAKES.contains(call.toString())) {
                        isolated(call);
                    }
                }),
                DynamicTest.dynamicTest(
                        call + " without " + call.scope() + " is 403",
                        () -> forbidden(call, keys.in("default", Keys.allBut(needed)))),
                DynamicTest.dynamicTest(
                        call + " obeys no header of Camel's", () -> unmoved(call, keys.in("default", Set.of(needed)))),
                DynamicTest.dynamicTest(
                        call + " with " + call.scope() + " is let in",
                        () -> letIn(send(call, keys.in("default", Set.of(needed)), NOBODY))));
    }

    private static void unauthenticated(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer");
        assertThat(answer.body()).doesNotContain(id);
    }

    private static void forbidden(Contract.Call call, String key) throws Exception {
        HttpResponse<String> answer = send(call, key, NAME);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(answer.body()).contains("\"required_scope\":\"" + call.scope() + "\"");
    }

    private static void letIn(HttpResponse<String> answer) {
        assertThat(answer.statusCode())
                .as(answer.body())
                .isNotIn(401, 403, 405, 406, 415, 429)
                .isLessThan(500);
    }

    private static void unmoved(Contract.Call call, String key) throws Exception {
        HttpResponse<String> plain = send(call, key, NOBODY);
        for (List<String> names : CamelNames.inEachCase().toList()) {
            HttpRequest.Builder poisoned = request(call, key, NOBODY);
            names.forEach(name -> poisoned.header(name, POISON));
            HttpResponse<String> answer = ContractHttp.send(poisoned.build());
            assertThat(answer.body() + answer.headers().map()).doesNotContain(POISON);
            if (!MAKES.contains(call.toString())) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(plain.statusCode());
                assertThat(comparable(answer, NOBODY)).isEqualTo(comparable(plain, NOBODY));
            }
        }
    }

    /** What another project has is answered like what nobody has. */
    private static void isolated(Contract.Call call) throws Exception {
        HttpResponse<String> unknown = send(call, otherProject, NOBODY);
        for (String reference : List.of(NAME, id)) {
            HttpResponse<String> answer = send(call, otherProject, reference);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(unknown.statusCode());
            assertThat(comparable(answer, reference)).isEqualTo(comparable(unknown, NOBODY));
            if (call.hasReference() && !call.toString().equals(MATCHES)) {
                assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
            } else {
                assertThat(answer.body()).doesNotContain(id);
            }
        }
    }

    private static String comparable(HttpResponse<String> answer, String reference) {
        return answer.body()
                .replace(reference, "<reference>")
                .replaceAll("req_[0-9a-f]+", "<id>")
                .replaceAll("\"(timestamp|last_used_at)\":(null|\"[^\"]+\")", "")
                .replaceAll("\"duration\":\\d+", "");
    }

    private static HttpResponse<String> send(Contract.Call call, String key, String reference) throws Exception {
        return ContractHttp.send(request(call, key, reference).build());
    }

    private static HttpRequest.Builder request(Contract.Call call, String key, String reference) {
        String body = call.body(reference);
        HttpRequest.Builder request = HttpRequest.newBuilder(caravan.address().resolve(call.path(reference)))
                .timeout(Duration.ofSeconds(60))
                .method(call.method(), body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (call.contentType() != null) {
            request.header("Content-Type", call.contentType());
        }
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return request;
    }
}
