package dev.caravan.access;

import java.time.Instant;
import java.util.Optional;

/** Where keys are kept. */
interface ApiKeyStore {
    boolean isEmpty();

    Optional<ApiKey> find(KeyHash hash);

    /** Adds the first key of all. @return false when there is one already, also one that was added at the same time */
    boolean addFirst(ApiKey key);

    /** Adds the key, or puts the one with its id in force again as given. */
    void put(ApiKey key);

    /** Ends every other key of that name. @return how many */
    int revokeOthers(String name, String exceptId);

    void used(String id, Instant when);
}
