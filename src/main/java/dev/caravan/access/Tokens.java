package dev.caravan.access;

import dev.caravan.problem.Problem;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;

/**
 * Knows the caller by a JWT (RFC 9068) of the issuer that {@code spring.security.oauth2.resourceserver.jwt.*} names. Its
 * scopes are those of {@code scope} or {@code scp} that there are; its project is in a claim that is configured.
 */
@Component
final class Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
    private static final Pattern SHAPE = Pattern.compile("eyJ[\\w-]*\\.[\\w-]+\\.[\\w-]+");
    private static final Pattern PROJECT = Pattern.compile("[!-~]{1,100}");

    private final @Nullable JwtDecoder decoder;
    private final String projectClaim;

    Tokens(ObjectProvider<JwtDecoder> decoder, AccessSettings settings) {
        this.decoder = decoder.getIfAvailable();
        this.projectClaim = settings.jwtProjectClaim();
    }

    /**
     * Empty when this is no token of the issuer, or no longer one.
     *
     * @throws Problem when the token names no project, or when the issuer's keys cannot be had
     */
    Optional<Caller> authenticate(String presented) {
        if (decoder == null || !SHAPE.matcher(presented).matches()) {
            return Optional.empty();
        }
        try {
            return caller(decoder.decode(presented));
        } catch (BadJwtException e) {
            LOG.debug("A token was refused: {}", e.getMessage());
            return Optional.empty();
        } catch (JwtException e) {
            LOG.warn("A token could not be checked: {}", e.getMessage());
            throw new Problem(
                    AccessReason.UNAVAILABLE, "The token cannot be checked: its issuer's keys are away. Try again.");
        }
    }

    private Optional<Caller> caller(Jwt token) {
        String subject = token.getSubject();
        if (subject == null || subject.isEmpty() || token.getExpiresAt() == null) {
            return Optional.empty();
        }
        if (!(token.getClaims().get(projectClaim) instanceof String project)
                || !PROJECT.matcher(project).matches()) {
            throw new Problem(
                    AccessReason.NO_PROJECT,
                    "The token names no project: it has to be in its claim " + projectClaim + ".");
        }
        return Optional.of(new Caller(project, "jwt:" + subject, scopes(token)));
    }

    private static Set<Scope> scopes(Jwt token) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String claim : new String[] {"scope", "scp"}) {
            Object value = token.getClaims().get(claim);
            Collection<?> names = value instanceof Collection<?> several
                    ? several
                    : Arrays.asList(String.valueOf(value).split(" "));
            names.forEach(name -> Scope.find(String.valueOf(name)).ifPresent(scopes::add));
        }
        return scopes;
    }
}
