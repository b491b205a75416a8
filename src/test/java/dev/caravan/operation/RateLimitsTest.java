package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.access.TestKeys;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;

/** How many requests are let in, over HTTP. */
@TestPropertySource(properties = {"caravan.rate-limit=5", "caravan.rate-limit-unauthenticated=5"})
@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
class RateLimitsTest extends ApiSlice {
    @Test
    void everyAnswerToAKeySaysWhatIsLeftUntilNothingIs() throws Exception {
        limits(post(LIST), 4);
        limits(post("{"), 3);
        limits(send(authorized("/nothing").GET()), 2);
        limits(send(authorized("/pipeline").GET()), 1);
        limits(send(authorized("/pipeline").POST(BodyPublishers.ofByteArray(new byte[2 << 20]))), 0);
        HttpResponse<String> past = post(LIST);

        refused(past, 429, "RATE_LIMIT_EXCEEDED", "web.rate_limited");
        limits(past, 0);
        assertThat(Integer.parseInt(past.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 60);
        assertThat(operations.asked).hasSize(1);
        assertThat(send(authorized("/v1/x").GET()).body()).contains("RATE_LIMIT_EXCEEDED", "about:blank");
        assertThat(postAs(TestKeys.READER, LIST).statusCode()).isEqualTo(200);
    }

    @Test
    void keysCannotBeTriedOut() throws Exception {
        assertThat(post(LIST).statusCode()).isEqualTo(200);
        for (int i = 0; i < 4; i++) {
            refused(postAs("cvn_guess_" + i, LIST), 401, "AUTHENTICATION_ERROR", "access.invalid_key");
        }
        HttpResponse<String> withoutKey = send(request("/pipeline").POST(BodyPublishers.ofString(LIST)));
        refused(withoutKey, 401, "AUTHENTICATION_ERROR", "access.missing_key");
        assertThat(withoutKey.headers().firstValue("X-RateLimit-Limit")).isEmpty();

        HttpResponse<String> past = postAs("cvn_guess_5", LIST);
        refused(past, 429, "RATE_LIMIT_EXCEEDED", "web.rate_limited");
        assertThat(past.headers().firstValue("Retry-After")).isPresent();
        refused(
                send(request("/pipeline").POST(BodyPublishers.ofString(LIST))),
                429,
                "RATE_LIMIT_EXCEEDED",
                "web.rate_limited");
        // a right key that never came before cannot be told from a guess; one that did goes on
        refused(postAs(TestKeys.READER, LIST), 429, "RATE_LIMIT_EXCEEDED", "web.rate_limited");
        assertThat(post(LIST).statusCode()).isEqualTo(200);
        assertThat(send(request("/openapi.yaml").GET()).statusCode()).isEqualTo(200);
    }

    private static void limits(HttpResponse<String> answer, int remaining) {
        assertThat(answer.headers().firstValue("X-RateLimit-Limit")).hasValue("5");
        assertThat(answer.headers().firstValue("X-RateLimit-Remaining")).hasValue(String.valueOf(remaining));
        long reset =
                Long.parseLong(answer.headers().firstValue("X-RateLimit-Reset").orElseThrow());
        assertThat(reset).isBetween(NOW.getEpochSecond() + 1, NOW.getEpochSecond() + 61);
    }
}
