package dev.caravan.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Knows the caller by its key. */
@Component
final class KnownKeys {
    /** How long a key that was found is believed without asking again; a revoked one works no longer than this. */
    static final Duration REMEMBERED = Duration.ofSeconds(2);

    /** How exact the time of the last use is. */
    private static final Duration USE_RECORDED_EVERY = Duration.ofMinutes(1);

    private final ApiKeyStore store;
    private final Clock clock;
    private final Map<KeyHash, Known> known = new ConcurrentHashMap<>();

    KnownKeys(ApiKeyStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    private record Known(ApiKey key, Instant checked, Instant recorded) {
        /** Not when the clock was put back either. */
        boolean isFresh(Instant now) {
            return !now.isBefore(checked) && now.isBefore(checked.plus(REMEMBERED));
        }
    }

    Optional<Caller> authenticate(String presented) {
        return authenticate(KeyHash.of(presented));
    }

    Optional<Caller> authenticate(KeyHash hash) {
        Instant now = clock.instant();
        Known remembered = known.get(hash);
        if (remembered == null || !remembered.isFresh(now)) {
            remembered = look(hash, now, remembered == null ? Instant.MIN : remembered.recorded);
        }
        return Optional.ofNullable(remembered)
                .map(Known::key)
                .filter(key -> key.inForce(now))
                .map(ApiKey::caller);
    }

    /** Whether the key was let in here before; it may be revoked by now. */
    boolean isKnown(KeyHash hash) {
        return known.containsKey(hash);
    }

    private @Nullable Known look(KeyHash hash, Instant now, Instant recorded) {
        Optional<ApiKey> found = store.find(hash).filter(key -> key.hash().matches(hash) && key.inForce(now));
        if (found.isEmpty()) {
            known.remove(hash);
            return null;
        }
        boolean due = recorded.isBefore(now.minus(USE_RECORDED_EVERY));
        if (due) {
            store.used(found.get().id(), now);
        }
        Known fresh = new Known(found.get(), now, due ? now : recorded);
        known.put(hash, fresh);
        return fresh;
    }
}
