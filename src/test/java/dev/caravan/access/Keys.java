package dev.caravan.access;

import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** Makes keys for tests of the whole program. */
public record Keys(ApiKeys keys) {
    /** The text of a key that has just these scopes. */
    public String in(String project, Set<Scope> scopes) {
        Caller boss = new Caller(project, "test", EnumSet.allOf(Scope.class));
        return keys.create(boss, "test-" + UUID.randomUUID(), scopes, null).text();
    }

    /** Every scope but that one. */
    public static Set<Scope> allBut(Scope scope) {
        Set<Scope> scopes = EnumSet.allOf(Scope.class);
        scopes.remove(scope);
        return scopes;
    }

    public static Scope scope(String id) {
        return Scope.find(id).orElseThrow();
    }
}
