package dev.caravan.access;

import dev.caravan.problem.Problem;
import dev.caravan.web.Sender;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is calling.
 *
 * @param project whose objects the caller sees; nobody else's exist for it
 * @param keyId id of the key, which is no secret
 */
public record Caller(String project, String keyId, Set<Scope> scopes) {
    private static final String ATTRIBUTE = Caller.class.getName();

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** The caller of a request that passed authentication; on any thread, and out of the client's reach. */
    public static Caller of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new Problem(AccessReason.MISSING_KEY, "Send an API key: Authorization: Bearer <key>.");
    }

    void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
        new Sender(project, keyId).attachTo(request);
    }

    /** @throws Problem when the caller's key does not have the scope */
    public void require(Scope scope) {
        if (!scopes.contains(scope)) {
            throw new Problem(
                    AccessReason.MISSING_SCOPE,
                    "This needs a key with the scope " + scope.id() + ".",
                    List.of(),
                    Map.of("required_scope", scope.id()));
        }
    }
}
