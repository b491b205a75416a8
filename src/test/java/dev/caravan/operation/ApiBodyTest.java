package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that {@code POST /pipeline} reads, and those it refuses. */
class ApiBodyTest extends ApiSlice {
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
    void aContentTypeThatIsARangeIs400() throws Exception {
        for (String range : new String[] {"*/*", "application/*", "text/*; charset=utf-8"}) {
            refused(
                    send(authorized("/pipeline")
                            .setHeader("Content-Type", range)
                            .POST(BodyPublishers.ofString(LIST))),
                    400,
                    "VALIDATION_ERROR",
                    "web.malformed_request");
        }
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
}
