package dev.caravan.access;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key as its project sees it in a list.
 *
 * @param name unique among the project's keys that are not revoked
 * @param expiresAt null when it does not expire
 * @param lastUsedAt to the minute; null when it never was
 */
public record ApiKeyEntry(
        String id,
        String name,
        Set<Scope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {
    public ApiKeyEntry {
        scopes = Set.copyOf(scopes);
    }
}
