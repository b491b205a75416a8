package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Callers with a token of a configured issuer. */
class TokensTest extends ApiSlice {
    private static final RSAKey KEY = rsa("one");
    private static final RSAKey STRANGER = rsa("one");
    private static HttpServer issuer;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry registry) throws Exception {
        issuer = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        issuer.createContext("/keys", exchange -> {
            byte[] keys = new JWKSet(KEY.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        registry.add(
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                () -> "http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
        registry.add("caravan.jwt-project-claim", () -> "tenant");
    }

    @AfterAll
    static void stop() {
        issuer.stop(0);
    }

    @Test
    void aTokenIsLetInWithItsProjectAndScopes() throws Exception {
        assertThat(postAs(signed(claims().claim("scope", "openid pipelines:read")), LIST)
                        .statusCode())
                .isEqualTo(200);

        assertThat(operations.calls.get(0).project()).isEqualTo("acme");
        assertThat(operations.calls.get(0).caller().keyId()).isEqualTo("jwt:ada");
        assertThat(operations.calls.get(0).caller().scopes()).hasSize(1);
    }

    @Test
    void scopesMayBeAListInScp() throws Exception {
        String token = signed(claims().claim("scp", List.of("pipelines:read")));

        assertThat(postAs(token, LIST).statusCode()).isEqualTo(200);
        refused(
                postAs(token, "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"}}"),
                403,
                "AUTHORIZATION_ERROR",
                "access.missing_scope");
    }

    @Test
    void aTokenWithoutScopesMayDoNothing() throws Exception {
        refused(postAs(signed(claims()), LIST), 403, "AUTHORIZATION_ERROR", "access.missing_scope");
    }

    @Test
    void aTokenWithoutAProjectIsForbidden() throws Exception {
        for (Object project : new Object[] {null, "", "a b", List.of("acme"), "x".repeat(101)}) {
            String token = signed(claims().claim("tenant", project).claim("scope", "pipelines:read"));
            refused(postAs(token, LIST), 403, "AUTHORIZATION_ERROR", "access.no_project");
        }
    }

    @Test
    void aTokenThatIsOverOrHasNoEndIsRefused() throws Exception {
        Date past = Date.from(Instant.now().minusSeconds(120));
        unknown(signed(claims().claim("scope", "pipelines:read").expirationTime(past)));
        unknown(signed(claims().claim("scope", "pipelines:read").expirationTime(null)));
        unknown(signed(claims().claim("scope", "pipelines:read")
                .notBeforeTime(Date.from(Instant.now().plusSeconds(600)))));
        unknown(signed(claims().claim("scope", "pipelines:read").subject(null)));
    }

    @Test
    void aTokenThatTheIssuerDidNotSignIsRefused() throws Exception {
        JWTClaimsSet.Builder claims = claims().claim("scope", "pipelines:read");
        String good = signed(claims);
        unknown(sign(claims, JWSAlgorithm.RS256, new RSASSASigner(STRANGER)));
        unknown(sign(
                claims, JWSAlgorithm.HS256, new MACSigner(KEY.toRSAPublicKey().getEncoded())));
        unknown(new PlainJWT(claims.build()).serialize());
        unknown(good.substring(0, good.length() - 8) + "AAAAAAAA");
        unknown(good.substring(0, good.lastIndexOf('.') + 1));
        unknown("eyJhbGciOiJub25lIn0.e30.x");
        assertThat(postAs(good, LIST).statusCode()).isEqualTo(200);
    }

    private void unknown(String token) throws Exception {
        HttpResponse<String> answer = postAs(token, LIST);
        refused(answer, 401, "AUTHENTICATION_ERROR", "access.invalid_key");
        assertThat(answer.body()).doesNotContain(token);
        assertThat(operations.asked).isEmpty();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("ada")
                .claim("tenant", "acme")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
        return sign(claims, JWSAlgorithm.RS256, new RSASSASigner(KEY));
    }

    private static String sign(JWTClaimsSet.Builder claims, JWSAlgorithm algorithm, JWSSigner signer)
            throws JOSEException {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID("one").build(), claims.build());
        token.sign(signer);
        return token.serialize();
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
