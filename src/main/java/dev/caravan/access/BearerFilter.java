package dev.caravan.access;

import dev.caravan.problem.Problem;
import dev.caravan.web.Failures;
import dev.caravan.web.Strangers;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Finds out who sends a request by its {@code Authorization: Bearer} header (RFC 6750). */
final class BearerFilter extends OncePerRequestFilter {
    private static final Logger LOG = LoggerFactory.getLogger(BearerFilter.class);
    private static final String SCHEME = "Bearer ";

    private final KnownKeys keys;
    private final Tokens tokens;
    private final Strangers strangers;
    private final Failures failures;

    BearerFilter(KnownKeys keys, Tokens tokens, Strangers strangers, Failures failures) {
        this.keys = keys;
        this.tokens = tokens;
        this.strangers = strangers;
        this.failures = failures;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = bearer(request);
        if (key == null) {
            chain.doFilter(request, response);
            return;
        }
        try {
            Optional<Caller> caller = caller(request, key);
            if (caller.isEmpty()) {
                response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                Problem refused =
                        new Problem(AccessReason.INVALID_KEY, "This key or token is not known, or no longer in force.");
                strangers.refuse(request, response, refused);
                return;
            }
            admit(request, caller.get());
        } catch (Problem problem) {
            if (problem.reason() == AccessReason.UNAVAILABLE) {
                response.setHeader("Retry-After", "5");
            }
            failures.write(request, response, problem);
            return;
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("The key of a request could not be checked: {}", e.getMessage());
            response.setHeader("Retry-After", "5");
            failures.write(
                    request,
                    response,
                    new Problem(
                            AccessReason.UNAVAILABLE, "The key cannot be checked: the database is away. Try again."));
            return;
        }
        chain.doFilter(request, response);
    }

    /** Whoever may not try any more is not looked up, so that guessing costs the database nothing. */
    private Optional<Caller> caller(HttpServletRequest request, String presented) {
        KeyHash hash = KeyHash.of(presented);
        if (keys.isKnown(hash)) {
            return keys.authenticate(hash);
        }
        return strangers.mayTry(request)
                ? tokens.authenticate(presented).or(() -> keys.authenticate(hash))
                : Optional.empty();
    }

    private static void admit(HttpServletRequest request, Caller caller) {
        caller.attachTo(request);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        // what the caller may do is asked of the caller, in the words of the API
        context.setAuthentication(
                new PreAuthenticatedAuthenticationToken(caller, "***", AuthorityUtils.NO_AUTHORITIES));
        SecurityContextHolder.setContext(context);
    }

    private static @Nullable String bearer(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        boolean present = header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return present ? header.substring(SCHEME.length()).strip() : null;
    }
}
