package dev.caravan.access;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is kept: without the key itself.
 *
 * @param hash SHA-256 of the whole key
 * @param expiresAt null when it does not expire
 * @param revokedAt null while it is in force
 */
record ApiKey(
        String id,
        String project,
        String name,
        KeyHash hash,
        Set<Scope> scopes,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {
    ApiKey {
        scopes = Set.copyOf(scopes);
    }

    boolean inForce(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }

    boolean isAdmin(Instant now) {
        return inForce(now) && scopes.containsAll(Scope.all());
    }

    Caller caller() {
        return new Caller(project, id, scopes);
    }
}
