package dev.caravan.access;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The keys of a project: made, looked at, rotated, revoked, by callers with the scope {@code keys:admin}. Only who makes a key
 * sees it, once. What is decided here holds on every replica within {@link KnownKeys#REMEMBERED}.
 */
@Component
public final class ApiKeys {
    /** How long a rotated key may work beside its successor. */
    public static final Duration MAX_OVERLAP = Duration.ofDays(30);

    static final int MAX_KEYS = 1_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    private final ApiKeyStore store;
    private final Clock clock;

    ApiKeys(ApiKeyStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Makes a key for the caller's project, which may do nothing that the caller may not.
     *
     * @param expiresAt null for a key that does not expire
     */
    public NewKey create(Caller caller, String name, Set<Scope> scopes, @Nullable Instant expiresAt) {
        caller.require(Scope.KEYS_ADMIN);
        Instant now = clock.instant();
        if (!NAME.matcher(name).matches()) {
            throw wrong("/name", "has to be 1 to 100 letters, digits, - or _");
        }
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw wrong("/expires_at", "is not in the future");
        }
        withinOwn(caller, scopes);
        if (store.count(caller.project()) >= MAX_KEYS) {
            throw new Problem(
                    AccessReason.TOO_MANY_KEYS,
                    "The project has " + MAX_KEYS + " keys: revoke those that are not needed.");
        }
        NewKey made = NewKey.make();
        if (!store.add(key(made, caller.project(), name, scopes, expiresAt))) {
            throw new Problem(
                    AccessReason.DUPLICATE_NAME, "There is a key named " + name + ": revoke it, or take another name.");
        }
        return made;
    }

    /** By name. */
    public List<ApiKeyEntry> list(Caller caller) {
        caller.require(Scope.KEYS_ADMIN);
        return store.list(caller.project());
    }

    public ApiKeyEntry get(Caller caller, String name) {
        caller.require(Scope.KEYS_ADMIN);
        return store.entry(caller.project(), name).orElseThrow(() -> unknown(name));
    }

    /** Makes a successor with the same name, scopes and expiry; the key itself works on for the overlap. */
    public NewKey rotate(Caller caller, String name, Duration overlap) {
        ApiKeyEntry old = get(caller, name);
        withinOwn(caller, old.scopes());
        if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
            throw wrong("/overlap", "has to be from 0 to " + MAX_OVERLAP.toDays() + " days");
        }
        Instant until = clock.instant().plus(overlap).truncatedTo(ChronoUnit.MICROS);
        NewKey made = NewKey.make();
        ApiKey successor = key(made, caller.project(), name, old.scopes(), old.expiresAt());
        if (!store.replace(old.id(), successor, until)) {
            throw unknown(name);
        }
        return made;
    }

    /** Ends the key, and those of its name that still work because it was rotated. */
    public void revoke(Caller caller, String name) {
        caller.require(Scope.KEYS_ADMIN);
        if (store.revoke(caller.project(), name) == 0) {
            throw unknown(name);
        }
    }

    private static ApiKey key(
            NewKey made, String project, String name, Set<Scope> scopes, @Nullable Instant expiresAt) {
        return new ApiKey(made.id(), project, name, KeyHash.of(made.text()), scopes, expiresAt, null);
    }

    private static void withinOwn(Caller caller, Set<Scope> scopes) {
        scopes.stream()
                .filter(scope -> !caller.scopes().contains(scope))
                .sorted()
                .findFirst()
                .ifPresent(scope -> {
                    throw new Problem(
                            AccessReason.SCOPE_EXCEEDS_CREATOR,
                            "A key cannot make one that may do more: it does not have " + scope.id() + " itself.",
                            List.of(),
                            Map.of("required_scope", scope.id()));
                });
    }

    private static Problem wrong(String path, String message) {
        Violation violation = new Violation(path, message);
        return new Problem(AccessReason.INVALID_KEY_REQUEST, violation + ".", List.of(violation));
    }

    private static Problem unknown(String name) {
        return new Problem(AccessReason.UNKNOWN_API_KEY, "There is no key named " + name + ".");
    }
}
