package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.access.TestKeys;
import dev.caravan.problem.Problem;
import dev.caravan.web.WebReason;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** POST requests with an idempotency key, over HTTP. */
class IdempotencyTest extends ApiSlice {
    private final String key = UUID.randomUUID().toString();

    @ParameterizedTest
    @ValueSource(strings = {"Idempotency-Key", "X-Idempotency-Key", "idempotency-key"})
    void theFirstAnswerIsGivenAgain(String header) throws Exception {
        operations.answer = (operation, call) -> Map.of("number", operations.asked.size());

        HttpResponse<String> first = send(list().header(header, key));
        HttpResponse<String> second = send(list().header(header, key));

        assertThat(operations.asked).hasSize(1);
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(second.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Content-Type"))
                .isEqualTo(first.headers().firstValue("Content-Type"));
        assertThat(second.headers().firstValue("X-Request-ID"))
                .isNotEqualTo(first.headers().firstValue("X-Request-ID"));
    }

    @Test
    void aRefusalIsGivenAgainToo() throws Exception {
        operations.fail(new Problem(Fake.ILLEGAL, "cannot"));

        HttpResponse<String> first = send(keyed());
        HttpResponse<String> second = send(keyed());

        refused(first, 400, "VALIDATION_ERROR", "pipeline.illegal_transition");
        assertThat(second.statusCode()).isEqualTo(400);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(operations.asked).hasSize(1);
    }

    @Test
    void anotherBodyOrPathUnderTheSameKeyIs422() throws Exception {
        send(keyed());

        refused(
                send(authorized("/pipeline").header("Idempotency-Key", key).POST(BodyPublishers.ofString(LIST + " "))),
                422,
                "VALIDATION_ERROR",
                "web.idempotency_key_reused");
        refused(
                send(authorized("/pipeline/?x=y").header("Idempotency-Key", key).POST(BodyPublishers.ofString(LIST))),
                422,
                "VALIDATION_ERROR",
                "web.idempotency_key_reused");
        assertThat(operations.asked).hasSize(1);
    }

    @Test
    void whileTheFirstRunsOthersAre409() throws Exception {
        operations.answer = (operation, call) -> waits(call);
        CompletableFuture<HttpResponse<String>> first = http.sendAsync(keyed().build(), BodyHandlers.ofString());
        Awaitility.await().until(() -> operations.asked.size() == 1);

        HttpResponse<String> second = send(keyed());

        refused(second, 409, "VALIDATION_ERROR", "web.still_running");
        assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
        gate.countDown();
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(send(keyed()).headers().firstValue("Idempotency-Replayed")).hasValue("true");
    }

    @Test
    void twoHundredAtOnceHaveOneEffect() throws Exception {
        operations.answer = (operation, call) -> waits(call);
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(http.sendAsync(keyed().build(), BodyHandlers.ofString()));
        }
        Awaitility.await()
                .until(() -> all.stream().filter(CompletableFuture::isDone).count() == 199);
        gate.countDown();

        assertThat(all)
                .extracting(answer -> answer.join().statusCode())
                .containsOnly(200, 409)
                .filteredOn(status -> status == 200)
                .hasSize(1);
        assertThat(operations.asked).hasSize(1);
    }

    @Test
    void aFaultIsNotKept() throws Exception {
        operations.answer = (operation, call) -> {
            throw new IllegalStateException("a fault");
        };
        refused(send(keyed()), 500, "INTERNAL_ERROR", "web.internal");
        operations.fail(new Problem(WebReason.UNAVAILABLE, "away"));
        refused(send(keyed()), 503, "TIMEOUT", "web.unavailable");
        operations.fail(new Problem(WebReason.RATE_LIMITED, "too much"));
        refused(send(keyed()), 429, "RATE_LIMIT_EXCEEDED", "web.rate_limited");
        operations.answer = (operation, call) -> Map.of();

        assertThat(send(keyed()).statusCode()).isEqualTo(200);
        assertThat(operations.asked).hasSize(4);
    }

    @Test
    void aKeyOfOneCallerIsNoneOfAnothers() throws Exception {
        send(keyed());
        HttpResponse<String> other = send(request("/pipeline")
                .header("Authorization", "Bearer " + TestKeys.READER)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(LIST)));

        assertThat(other.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(operations.asked).hasSize(2);
    }

    @Test
    void aKeyThatIsNoneIs400() throws Exception {
        refused(
                send(list().header("Idempotency-Key", "x".repeat(256))),
                400,
                "VALIDATION_ERROR",
                "web.invalid_idempotency_key");
        refused(
                send(list().header("Idempotency-Key", "a").header("X-Idempotency-Key", "b")),
                400,
                "VALIDATION_ERROR",
                "web.invalid_idempotency_key");
        refused(send(list().header("Idempotency-Key", "")), 400, "VALIDATION_ERROR", "web.invalid_idempotency_key");
        assertThat(operations.asked).isEmpty();
        assertThat(send(list().header("Idempotency-Key", "~".repeat(255))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anAnswerThatIsTooLargeIsNotKeptButNothingIsDoneTwice() throws Exception {
        operations.answer = (operation, call) -> Map.of("text", "x".repeat(1 << 20));

        HttpResponse<String> first = send(keyed());
        HttpResponse<String> second = send(keyed());

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).hasSizeGreaterThan(1 << 20).endsWith("}");
        refused(second, 409, "VALIDATION_ERROR", "web.answer_not_kept");
        assertThat(second.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(operations.asked).hasSize(1);
    }

    @Test
    void aPathThatIsNotThereKeepsNothing() throws Exception {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer =
                    send(authorized("/nothing").header("Idempotency-Key", key).POST(BodyPublishers.ofString("{}")));
            refused(answer, 404, "NOT_FOUND", "web.unknown_path");
        }
        assertThat(send(keyed()).statusCode()).isEqualTo(200);
    }

    private HttpRequest.Builder keyed() {
        return list().header("Idempotency-Key", key);
    }

    private HttpRequest.Builder list() {
        return authorized("/pipeline").POST(BodyPublishers.ofString(LIST));
    }
}
