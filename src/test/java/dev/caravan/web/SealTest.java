package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class SealTest {
    private static final byte[] ANSWER = "{\"api_key\":\"cvn_a_secret\"}".getBytes(StandardCharsets.UTF_8);
    private static final String TOKEN = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.";

    @Test
    void theSameRequestOpensIt() {
        byte[] sealed = seal("once", "Bearer cvn_a_b").close(ANSWER);

        assertThat(seal("once", "Bearer cvn_a_b").open(sealed)).hasValue(ANSWER);
        assertThat(seal("once", "bearer  cvn_a_b ").open(sealed)).hasValue(ANSWER);
        assertThat(sealed).hasSize(ANSWER.length + Seal.LONGER);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret", "api_key");
    }

    @Test
    void anotherIdempotencyKeyOrAnotherApiKeyDoesNot() {
        byte[] sealed = seal("once", "Bearer cvn_a_b").close(ANSWER);

        assertThat(seal("twice", "Bearer cvn_a_b").open(sealed)).isEmpty();
        assertThat(seal("once", "Bearer cvn_a_c").open(sealed)).isEmpty();
        assertThat(seal("once", TOKEN + "x").open(sealed)).isEmpty();
    }

    @Test
    void whoComesWithATokenMayComeWithItsSuccessor() {
        byte[] sealed = seal("once", TOKEN + "x").close(ANSWER);

        assertThat(seal("once", TOKEN + "y").open(sealed)).hasValue(ANSWER);
        assertThat(seal("twice", TOKEN + "x").open(sealed)).isEmpty();
    }

    @Test
    void whatWasChangedOrIsNoneIsNotOpened() {
        byte[] sealed = seal("once", "Bearer a").close(ANSWER);
        sealed[sealed.length - 1] ^= 1;

        assertThat(seal("once", "Bearer a").open(sealed)).isEmpty();
        assertThat(seal("once", "Bearer a").open(new byte[0])).isEmpty();
        assertThat(seal("once", "Bearer a").open(ANSWER)).isEmpty();
    }

    @Test
    void anAnswerWithoutABodyComesBackAsSuch() {
        Seal seal = seal("once", "Bearer a");
        assertThat(seal.open(seal.close(new byte[0]))).hasValue(new byte[0]);
    }

    private static Seal seal(String idempotencyKey, String authorization) {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v0/api_keys");
        request.addHeader("Idempotency-Key", idempotencyKey);
        request.addHeader("Authorization", authorization);
        return Seal.of(request);
    }
}
