package dev.caravan.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a key may do. A key without scopes may do nothing. */
public enum Scope {
    PIPELINES_READ("pipelines:read"),
    PIPELINES_WRITE("pipelines:write"),
    EVENTS_READ("events:read"),
    EVENTS_WRITE("events:write"),
    EVENTS_SEND("events:send"),
    WEBHOOKS_WRITE("webhooks:write"),
    KEYS_ADMIN("keys:admin");

    private final String id;

    Scope(String id) {
        this.id = id;
    }

    /** As it is written, such as {@code pipelines:read}. */
    public String id() {
        return id;
    }

    static Optional<Scope> find(String id) {
        return Arrays.stream(values()).filter(scope -> scope.id.equals(id)).findAny();
    }

    static Set<Scope> all() {
        return EnumSet.allOf(Scope.class);
    }
}
