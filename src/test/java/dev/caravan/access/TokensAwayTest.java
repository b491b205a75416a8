package dev.caravan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.problem.Problem;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** Tokens when there is no issuer, or when its keys are away. */
class TokensAwayTest {
    private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";
    private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

    @Test
    void withoutAnIssuerNothingIsAToken() {
        assertThat(tokens().authenticate(TOKEN)).isEmpty();
    }

    @Test
    void whileTheIssuersKeysAreAwayNobodyIsCalledAnImpostor() {
        beans.addBean(
                "decoder",
                NimbusJwtDecoder.withJwkSetUri("http://127.0.0.1:1/keys").build());

        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> tokens().authenticate(TOKEN))
                .satisfies(problem -> assertThat(problem.reason()).isEqualTo(AccessReason.UNAVAILABLE));
    }

    private Tokens tokens() {
        return new Tokens(
                beans.getBeanProvider(JwtDecoder.class), new AccessSettings(null, Path.of("data"), "project"));
    }
}
