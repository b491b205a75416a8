package dev.caravan.monitor;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pipeline occupies, as {@code /v0} calls it. The picture is that of its documentation:
 *
 * <pre>
 *         /start
 *   ┌───────────────────┐
 *   ▼                   │
 * Provisioning ──────►  Stopped ◄─── Stopping     (a start that fails early leaves it Stopped)
 *   │        │                         ▲
 *   │        └─────────────────────────┤
 *   ▼                                  │
 * Provisioned ─────────────────────────┘
 * </pre>
 */
enum Resources {
    STOPPED("Stopped"),
    PROVISIONING("Provisioning"),
    PROVISIONED("Provisioned"),
    STOPPING("Stopping");

    private static final Map<Resources, Set<Resources>> NEXT = Map.of(
            STOPPED, Set.of(PROVISIONING),
            PROVISIONING, Set.of(PROVISIONED, STOPPING),
            PROVISIONED, Set.of(STOPPING),
            STOPPING, Set.of(STOPPED));

    private final String wireName;

    Resources(String wireName) {
        this.wireName = wireName;
    }

    @JsonValue
    String wireName() {
        return wireName;
    }

    boolean canBecome(Resources next) {
        return this == next || NEXT.getOrDefault(this, Set.of()).contains(next);
    }

    /** What lies between this and another on the shortest way; replicas that look now and then may have missed it. */
    List<Resources> between(Resources end) {
        Map<Resources, Resources> from = new EnumMap<>(Resources.class);
        Deque<Resources> open = new ArrayDeque<>(List.of(this));
        while (!open.isEmpty() && !from.containsKey(end)) {
            Resources at = open.remove();
            for (Resources next : NEXT.getOrDefault(at, Set.of())) {
                if (from.putIfAbsent(next, at) == null) {
                    open.add(next);
                }
            }
        }
        List<Resources> way = new ArrayList<>();
        for (Resources at = from.get(end); this != end && at != null && at != this; at = from.get(at)) {
            way.add(0, at);
        }
        return way;
    }
}
