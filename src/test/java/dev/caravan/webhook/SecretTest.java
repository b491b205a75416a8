package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    private static final String BODY = "{\"type\":\"pipeline.created\",\"data\":{\"name\":\"Käse\"}}";

    @Test
    void theReferenceLibraryAcceptsTheSignature() {
        Secret secret = Secret.make();
        long now = Instant.now().getEpochSecond();
        String signature = secret.signature("msg_1", now, BODY.getBytes(StandardCharsets.UTF_8));
        assertThatCode(() -> verify(secret.text(), "msg_1", now, signature, BODY))
                .doesNotThrowAnyException();
    }

    @Test
    void theReferenceLibraryRefusesAnotherBodyIdTimeAndSecret() {
        Secret secret = Secret.make();
        long now = Instant.now().getEpochSecond();
        String signature = secret.signature("msg_1", now, BODY.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> verify(secret.text(), "msg_1", now, signature, BODY + " "))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> verify(secret.text(), "msg_2", now, signature, BODY))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> verify(secret.text(), "msg_1", now - 1, signature, BODY))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> verify(Secret.make().text(), "msg_1", now, signature, BODY))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void theSignatureIsThatOfTheReferenceVector() {
        Secret secret = Secret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").orElseThrow();
        String signature = secret.signature(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 32, 64})
    void twentyFourToSixtyFourBytesAreASecret(int length) {
        String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
        assertThat(Secret.parse(text).orElseThrow().text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 23, 65, 100})
    void otherLengthsAreNot(int length) {
        assertThat(Secret.parse("whsec_" + Base64.getEncoder().encodeToString(new byte[length])))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***********************************"})
    void otherSpellingsAreNot(String text) {
        assertThat(Secret.parse(text)).isEmpty();
    }

    @Test
    void aSecretIsNotPrinted() {
        assertThat(Secret.make()).hasToString("***");
    }

    private static void verify(String secret, String id, long timestamp, String signature, String body)
            throws Exception {
        new Webhook(secret)
                .verify(
                        body,
                        Map.of(
                                "webhook-id", List.of(id),
                                "webhook-timestamp", List.of(String.valueOf(timestamp)),
                                "webhook-signature", List.of(signature)));
    }
}
