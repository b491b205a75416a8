package dev.caravan.access;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The key store's fake. */
final class InMemoryApiKeyStore implements ApiKeyStore {
    private final Map<String, ApiKey> keys = new LinkedHashMap<>();
    final List<String> used = new ArrayList<>();
    private final Set<String> replaced = new HashSet<>();
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
    public synchronized boolean add(ApiKey key) {
        boolean free = entry(key.project(), key.name()).isEmpty();
        if (free) {
            put(key);
        }
        return free;
    }

    @Override
    public synchronized boolean replace(String id, ApiKey successor, Instant worksUntil) {
        ApiKey old = keys.get(id);
        if (old == null || old.revokedAt() != null || !replaced.add(id)) {
            return false;
        }
        Instant until = old.expiresAt() == null || worksUntil.isBefore(old.expiresAt()) ? worksUntil : old.expiresAt();
        put(new ApiKey(id, old.project(), old.name(), old.hash(), old.scopes(), until, null));
        put(successor);
        return true;
    }

    @Override
    public synchronized int revoke(String project, String name) {
        List<ApiKey> ended = keys.values().stream()
                .filter(key -> key.project().equals(project) && key.name().equals(name) && key.revokedAt() == null)
                .toList();
        ended.forEach(key ->
                put(new ApiKey(key.id(), project, name, key.hash(), key.scopes(), key.expiresAt(), Instant.EPOCH)));
        return ended.size();
    }

    @Override
    public synchronized List<ApiKeyEntry> list(String project) {
        return keys.values().stream()
                .filter(key -> key.project().equals(project) && key.revokedAt() == null && !replaced.contains(key.id()))
                .sorted(Comparator.comparing(ApiKey::name))
                .map(key -> new ApiKeyEntry(
                        key.id(),
                        key.name(),
                        key.scopes(),
                        Instant.EPOCH,
                        key.expiresAt(),
                        used.contains(key.id()) ? Instant.EPOCH : null))
                .toList();
    }

    @Override
    public synchronized Optional<ApiKeyEntry> entry(String project, String name) {
        return list(project).stream().filter(key -> key.name().equals(name)).findAny();
    }

    @Override
    public synchronized int count(String project) {
        return (int) keys.values().stream()
                .filter(key -> key.project().equals(project) && key.revokedAt() == null)
                .count();
    }

    @Override
    public synchronized void used(String id, Instant when) {
        used.add(id);
    }
}
