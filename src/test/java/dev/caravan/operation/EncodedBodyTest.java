package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in an encoding, and how large they may get. */
class EncodedBodyTest extends ApiSlice {
    private static final String INGEST = "/pipeline/a/ingest";

    @Test
    void aBodyInGzipIsInflated() throws Exception {
        assertThat(gzip("/pipeline", "gzip", zipped(LIST.getBytes(StandardCharsets.UTF_8)))
                        .statusCode())
                .isEqualTo(200);
        assertThat(gzip("/pipeline", "X-GZIP", zipped(LIST.getBytes(StandardCharsets.UTF_8)))
                        .statusCode())
                .isEqualTo(200);
        assertThat(accepted(gzip(INGEST, "gzip", zipped(random(3 << 20))))).isEqualTo(3 << 20);
    }

    @Test
    void theLimitIsThatOfTheInflatedBody() throws Exception {
        byte[] text = "{\"a\":1234567890}\n".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);

        assertThat(accepted(gzip(INGEST, "gzip", zipped(Arrays.copyOf(random(5 << 20), 10 << 20)))))
                .isEqualTo(10 << 20);
        refused(
                gzip(INGEST, "gzip", zipped(Arrays.copyOf(random(5 << 20), (10 << 20) + 1))),
                413,
                "VALIDATION_ERROR",
                "web.body_too_large");
        refused(gzip(INGEST, "gzip", zipped(text)), 413, "VALIDATION_ERROR", "web.body_too_large");
        refused(gzip("/pipeline", "gzip", zipped(new byte[2 << 20])), 413, "VALIDATION_ERROR", "web.body_too_large");
    }

    @Test
    void aBodyThatInflatesBeyondReasonIs413() throws Exception {
        refused(gzip(INGEST, "gzip", zipped(new byte[8 << 20])), 413, "VALIDATION_ERROR", "web.body_too_large");
    }

    @Test
    void gzipThatIsNoneIs400() throws Exception {
        byte[] whole = zipped(LIST.getBytes(StandardCharsets.UTF_8));
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 6] ^= 1;

        for (byte[] body : new byte[][] {
            LIST.getBytes(StandardCharsets.UTF_8), Arrays.copyOf(whole, whole.length - 9), new byte[] {0x1f}, wrongSum
        }) {
            refused(gzip("/pipeline", "gzip", body), 400, "VALIDATION_ERROR", "web.malformed_request");
        }
        assertThat(operations.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "gzip, gzip", "zstd", "*"})
    void otherEncodingsAre415(String encoding) throws Exception {
        HttpResponse<String> answer = gzip("/pipeline", encoding, LIST.getBytes(StandardCharsets.UTF_8));

        refused(answer, 415, "VALIDATION_ERROR", "web.unsupported_encoding");
        assertThat(answer.headers().firstValue("Accept-Encoding")).hasValue("gzip, identity");
    }

    private HttpResponse<String> gzip(String path, String encoding, byte[] body) throws Exception {
        return send(authorized(path).header("Content-Encoding", encoding).POST(BodyPublishers.ofByteArray(body)));
    }

    private static int accepted(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).at("/data/accepted").asInt();
    }

    private static byte[] zipped(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
