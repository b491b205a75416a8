package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorFormTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final Problem WRONG = new Problem(
            WebReason.INVALID_FIELDS, "It is wrong.", List.of(new Violation("/a", "is wrong")), Map.of("known", "b"));

    @ParameterizedTest
    @CsvSource({
        "/pipeline, ENVELOPE",
        "/pipeline/x/ingest, ENVELOPE",
        "/webhooks, ENVELOPE",
        "/nothing, ENVELOPE",
        "/, ENVELOPE",
        ", ENVELOPE",
        "/v0, PLAIN",
        "/v0/pipelines, PLAIN",
        "/v00, ENVELOPE",
        "/v1, PROBLEM",
        "/v1/events, PROBLEM",
        "/v10/events, ENVELOPE",
        "/api/v1, PROBLEM",
        "/api/v1/pipelines/, PROBLEM",
        "/api, ENVELOPE",
        "/api/v11, ENVELOPE"
    })
    void thePathDecides(String path, ErrorForm form) {
        assertThat(ErrorForm.of(path)).isEqualTo(form);
    }

    @Test
    void theEnvelopeHasCodeMessageDetailsAndMeta() throws IOException {
        assertThat(told(ErrorForm.ENVELOPE, "application/json", WRONG)).isEqualTo(json("""
                        {"success": false,
                         "error": {"code": "VALIDATION_ERROR", "message": "It is wrong.", "details": {
                            "reason": "web.invalid_fields", "violations": [{"path": "/a", "message": "is wrong"}],
                            "known": "b"}},
                         "meta": {"requestId": "req_1", "timestamp": "2026-01-02T03:04:05.678Z"}}"""));
    }

    @Test
    void thePlainFormHasMessageCodeAndDetails() throws IOException {
        assertThat(told(ErrorForm.PLAIN, "application/json", WRONG)).isEqualTo(json("""
                        {"message": "It is wrong.", "error_code": "InvalidFields", "details": {
                            "reason": "web.invalid_fields", "violations": [{"path": "/a", "message": "is wrong"}],
                            "known": "b", "request_id": "req_1"}}"""));
    }

    @Test
    void theProblemDocumentHasItsMembersAndOurs() throws IOException {
        assertThat(told(ErrorForm.PROBLEM, "application/problem+json", WRONG)).isEqualTo(json("""
                        {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "It is wrong.",
                         "code": "VALIDATION_ERROR", "reason": "web.invalid_fields", "request_id": "req_1",
                         "errors": [{"path": "/a", "message": "is wrong"}], "known": "b"}"""));
    }

    @Test
    void furtherDetailsReplaceNoMemberOfAProblemDocument() throws IOException {
        Problem conflict = new Problem(WebReason.UNKNOWN_PATH, "No.", List.of(), Map.of("status", "paused"));

        assertThat(told(ErrorForm.PROBLEM, "application/problem+json", conflict)
                        .get("status")
                        .intValue())
                .isEqualTo(404);
    }

    private static JsonNode told(ErrorForm form, String contentType, Problem problem) throws IOException {
        Answer answer = form.answer("req_1", NOW, problem);
        assertThat(answer.status()).isEqualTo(problem.reason().status());
        assertThat(answer.contentType()).isEqualTo(contentType);
        return new ObjectMapper().readTree(answer.body());
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }
}
