package dev.caravan.access;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** Sees to it that somebody can call: at the first start there is one key, which may do everything. */
@Component
final class AdminKey implements SmartInitializingSingleton {
    static final String PROJECT = "default";

    private static final Logger LOG = LoggerFactory.getLogger(AdminKey.class);
    private static final String MADE = "admin";
    private static final String PRESET = "CARAVAN_ADMIN_KEY";
    private static final int MIN_LENGTH = 32;

    private final AccessSettings settings;
    private final ApiKeyStore store;
    private final Clock clock;

    AdminKey(AccessSettings settings, ApiKeyStore store, Clock clock) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void afterSingletonsInstantiated() {
        String preset = settings.adminKey();
        KeyFile file = new KeyFile(settings.keyFile());
        if (preset != null && !preset.isEmpty()) {
            preset(preset, file);
        } else if (store.isEmpty()) {
            file.read().ifPresentOrElse(key -> adopt(key, file), () -> make(file));
        } else {
            file.read().ifPresent(key -> compare(key, file));
        }
    }

    /** The environment decides: its key is in force, the one it held before no longer is. */
    private void preset(String key, KeyFile file) {
        if (!isAcceptable(key)) {
            throw new AdminKeyException(
                    "CARAVAN_ADMIN_KEY has to be at least " + MIN_LENGTH
                            + " printable ASCII characters without spaces; this one has " + key.length()
                            + ". Make one with: openssl rand -hex 32",
                    null);
        }
        KeyHash hash = KeyHash.of(key);
        Instant now = clock.instant();
        ApiKey kept = store.find(hash).orElse(null);
        String id = kept == null ? "preset_" + hash.hex().substring(0, 12) : kept.id();
        int ended = store.revokeOthers(PRESET, id);
        if (kept == null || !kept.isAdmin(now)) {
            store.put(admin(id, PRESET, hash));
        }
        LOG.info(
                "The admin key is that of CARAVAN_ADMIN_KEY{}",
                ended == 0 ? "" : "; the one it held before is revoked");
        file.read()
                .filter(other -> !other.equals(key))
                .ifPresent(other -> LOG.warn(
                        "{} holds another key than CARAVAN_ADMIN_KEY; delete the file if nobody needs it",
                        file.path()));
    }

    private void make(KeyFile file) {
        NewKey key = NewKey.make();
        // before it is in force, so that a crash in between leaves a key that the next start adopts
        file.write(key.text());
        if (!store.addFirst(admin(key.id(), MADE, KeyHash.of(key.text())))) {
            file.delete();
            LOG.info("Another replica has just made the admin key; it is in the admin.key of its data directory");
            return;
        }
        LOG.info("Admin key, shown this once and kept in {}: {}", file.path(), key.text());
    }

    /** The database is new but the data directory is not: people go on with the key they have. */
    private void adopt(String key, KeyFile file) {
        if (!isAcceptable(key)) {
            throw new AdminKeyException(
                    "The admin key file " + file.path()
                            + " does not hold a key. Delete it, and the next start writes a new one.",
                    null);
        }
        store.addFirst(admin(idOf(key), MADE, KeyHash.of(key)));
        LOG.info("The database has no keys yet; the key in {} is the admin key", file.path());
    }

    private void compare(String key, KeyFile file) {
        Optional<ApiKey> kept = store.find(KeyHash.of(key));
        if (kept.filter(found -> found.inForce(clock.instant())).isEmpty()) {
            LOG.warn(
                    "The key in {} is not a key of this database: it was revoked, or the database is another one."
                            + " To put it in force start once with CARAVAN_ADMIN_KEY=\"$(cat {})\"; otherwise delete the file",
                    file.path(),
                    file.path());
        }
    }

    private static ApiKey admin(String id, String name, KeyHash hash) {
        return new ApiKey(id, PROJECT, name, hash, Scope.all(), null, null);
    }

    private static String idOf(String key) {
        String[] parts = key.split("_", 3);
        return parts.length == 3 && parts[0].equals("cvn") ? parts[1] : "admin";
    }

    private static boolean isAcceptable(@Nullable String key) {
        return key != null && key.length() >= MIN_LENGTH && key.chars().allMatch(c -> c > ' ' && c <= '~');
    }
}
