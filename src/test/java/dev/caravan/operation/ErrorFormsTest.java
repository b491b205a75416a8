package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.access.TestKeys;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever refuses, filter, routing or server: the answer has the form of the API that was called. */
class ErrorFormsTest extends ApiSlice {
    @ParameterizedTest
    @ValueSource(strings = {"/v1/nothing", "/v1/nothing/x?y=z", "/api/v1/nothing", "/api/v1"})
    void theVersionOneApisAnswerWithProblemDocuments(String path) throws Exception {
        problem(send(authorized(path).GET()), 404, "NOT_FOUND", "web.unknown_path");
        problem(send(request(path).GET()), 401, "AUTHENTICATION_ERROR", "access.missing_key");
        problem(
                send(request(path).header("Authorization", "Bearer no").GET()),
                401,
                "AUTHENTICATION_ERROR",
                "access.invalid_key");
        problem(post(path, 2 << 20), 413, "VALIDATION_ERROR", "web.body_too_large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v0/nothing", "/v0/pipelines/x/y/z", "/v0"})
    void theVersionZeroApiAnswersPlainly(String path) throws Exception {
        plain(send(authorized(path).GET()), 404, "UnknownPath");
        plain(send(request(path).GET()), 401, "AuthenticationFailed");
        plain(post(path, 2 << 20), 413, "BodyTooLarge");
    }

    @Test
    void whatTheServerItselfRefusesHasTheFormOfThePathToo() throws Exception {
        assertThat(raw("GET /v1/events HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"reason\":\"web.malformed_request\"");
        assertThat(raw("GET /v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-A: " + "x".repeat(20_000)
                        + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json");
        assertThat(raw("GET /v0/x;y=z HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                        + TestKeys.ADMIN + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"error_code\":\"MalformedRequest\"");
        assertThat(raw("TRACE /v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("application/problem+json");
    }

    @Test
    void aRequestLineThatCannotBeReadHasNoPathAndIsAnsweredInTheEnvelope() throws Exception {
        assertRefusedByServer("GET /v1/events?a=[%] HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    }

    private HttpResponse<String> post(String path, int bytes) throws Exception {
        HttpRequest.Builder request = authorized(path).POST(BodyPublishers.ofByteArray(new byte[bytes]));
        return send(request);
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void problem(HttpResponse<String> answer, int status, String code, String reason) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("status").intValue()).isEqualTo(status);
        assertThat(body.get("code").asText()).isEqualTo(code);
        assertThat(body.get("reason").asText()).isEqualTo(reason);
        assertThat(body.get("errors").isArray()).isTrue();
        assertThat(body.get("request_id").asText())
                .isEqualTo(answer.headers().firstValue("X-Request-ID").orElseThrow());
    }

    private static void plain(HttpResponse<String> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("error_code").asText()).isEqualTo(code);
        assertThat(body.get("message").asText()).isNotBlank();
        assertThat(body.get("details").isObject()).isTrue();
        assertThat(body.size()).isEqualTo(3);
    }
}
