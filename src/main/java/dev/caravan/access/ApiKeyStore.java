package dev.caravan.access;

import java.time.Instant;
import java.util.List;
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

    /** Adds a key. @return false when the project has one of that name */
    boolean add(ApiKey key);

    /** Gives the name of a key to its successor. @return false when it was rotated or revoked in between */
    boolean replace(String id, ApiKey successor, Instant worksUntil);

    /** Ends every key of that name. @return how many */
    int revoke(String project, String name);

    /** Neither revoked nor rotated ones, by name. */
    List<ApiKeyEntry> list(String project);

    Optional<ApiKeyEntry> entry(String project, String name);

    /** How many keys are not revoked. */
    int count(String project);

    void used(String id, Instant when);
}
