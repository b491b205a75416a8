package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.CamelNames;
import dev.caravan.testing.Contract;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers and query parameters that Camel would obey, from a client: none has an effect, whatever its case. */
class CamelHeadersTest extends ApiSlice {
    private static final String POISON = "418poison";
    private static final String ROUTE = "camel-headers-test";

    static List<String> names() {
        return CamelNames.inAnyCase();
    }

    static Stream<Contract.Call> closedCalls() {
        return Contract.read().calls().stream().filter(call -> !call.open());
    }

    @Test
    void thereAreEnoughOfThem() {
        assertThat(names().stream().map(String::toLowerCase).distinct()).hasSizeGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("names")
    void aNameOfCamelsDoesNothingToPipeline(String name) throws Exception {
        HttpResponse<String> byHeader =
                send(authorized("/pipeline").header(name, POISON).POST(BodyPublishers.ofString(LIST)));
        HttpResponse<String> byQuery =
                send(authorized("/pipeline?" + name + "=" + POISON).POST(BodyPublishers.ofString(LIST)));

        for (HttpResponse<String> answer : List.of(byHeader, byQuery)) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"data\":{}").doesNotContain(POISON);
            assertThat(answer.headers().map().toString()).doesNotContain(POISON).doesNotContainIgnoringCase("camel");
        }
        assertThat(operations.asked)
                .containsExactly(new Operation.ListPipelines(null, 50), new Operation.ListPipelines(null, 50));
    }

    /** All names at once, in headers and in the query, on every path of the contract; once in each case. */
    @ParameterizedTest
    @MethodSource("closedCalls")
    void allNamesTogetherChangeNoAnswerOfTheContract(Contract.Call call) throws Exception {
        HttpResponse<String> plain = send(of(call, ""));
        for (List<String> names : CamelNames.inEachCase().toList()) {
            assertThat(names).hasSizeGreaterThanOrEqualTo(60);
            String query = String.join("=" + POISON + "&", names);
            HttpRequest.Builder byQuery = of(call, "?" + query + "=" + POISON);
            HttpRequest.Builder byHeaders = of(call, "");
            names.forEach(name -> byHeaders.header(name, POISON));
            HttpResponse<String> headed = send(byHeaders);
            HttpResponse<String> asked = send(byQuery);

            for (HttpResponse<String> answer : List.of(headed, asked)) {
                assertThat(answer.body()).doesNotContain(POISON);
                assertThat(answer.headers().map().toString())
                        .doesNotContain(POISON)
                        .doesNotContainIgnoringCase("camel");
            }
            assertThat(headed.statusCode()).isEqualTo(plain.statusCode());
            if (call.template().equals("/pipeline")) {
                assertThat(asked.statusCode()).isEqualTo(plain.statusCode());
            } else {
                // an unknown query parameter may be refused; obeyed it may not be
                assertThat(asked.statusCode()).isIn(plain.statusCode(), 400);
            }
        }
    }

    /** A route of an operator's own, which does not remove headers itself. */
    @Test
    void noRouteGetsSuchAHeaderFromAClient() throws Exception {
        List<Map<String, Object>> received = new CopyOnWriteArrayList<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/" + ROUTE)
                        .routeId(ROUTE)
                        .process(exchange ->
                                received.add(Map.copyOf(exchange.getMessage().getHeaders())))
                        .removeHeaders("*")
                        .setBody(constant("done"))
                        .setHeader(Exchange.CONTENT_TYPE, constant("text/plain"));
            }
        });
        try {
            for (String name : names()) {
                send(authorized("/" + ROUTE + "?" + name + "=" + POISON)
                        .header(name, POISON)
                        .header("X-Plain", "kept")
                        .GET());
            }
        } finally {
            camel.getRouteController().stopRoute(ROUTE);
            camel.removeRoute(ROUTE);
        }
        assertThat(received).hasSize(names().size()).allSatisfy(headers -> {
            assertThat(headers).containsValue("kept");
            assertThat(headers).doesNotContainValue(POISON);
            assertThat(headers.keySet()).noneMatch(name -> name.equalsIgnoreCase("authorization"));
        });
    }

    private HttpRequest.Builder of(Contract.Call call, String query) {
        String body = call.body("no-such-object");
        HttpRequest.Builder request = authorized(call.path("no-such-object") + query)
                .method(call.method(), body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return call.contentType() == null ? request : request.setHeader("Content-Type", call.contentType());
    }
}
