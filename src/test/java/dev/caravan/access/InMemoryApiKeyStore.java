package dev.caravan.access;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The key store's fake. */
final class InMemoryApiKeyStore implements ApiKeyStore {
    private final Map<String, ApiKey> keys = new LinkedHashMap<>();
    final List<String> used = new ArrayList<>();
    int lookups;

    @Override
    public synchronized boolean isEmpty() {
        return keys.isEmpty();
    }

    @Override
    public synchronized Optional<ApiKey> find(KeyHash hash) {
        lookups++;
        return keys.values().stream().filter(key -> key.hash().equals(hash)).findAny();
    }

    @Override
    public synchronized boolean addFirst(ApiKey key) {
        boolean first = keys.isEmpty();
        if (first) {
            put(key);
        }
        return first;
    }

    @Override
    public synchronized void put(ApiKey key) {
        keys.put(key.id(), key);
    }

    @Override
    public synchronized int revokeOthers(String name, String exceptId) {
        List<ApiKey> ended = keys.values().stream()
                .filter(key -> key.name().equals(name) && !key.id().equals(exceptId) && key.revokedAt() == null)
                .toList();
        ended.forEach(key -> put(new ApiKey(
                key.id(), key.project(), key.name(), key.hash(), key.scopes(), key.expiresAt(), Instant.EPOCH)));
        return ended.size();
    }

    @Override
    public synchronized void used(String id, Instant when) {
        used.add(id);
    }
}
