package dev.caravan.monitor;

import java.util.LinkedHashMap;
import java.util.Map;

/** An event as clients see it: what is not selected is not there, what is selected and has no value is null. */
final class EventView {
    private EventView() {}

    static Map<String, Object> of(MonitorEvent event, Selector selector) {
        boolean all = selector == Selector.ALL;
        Deployment at = event.deployment();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("event_id", event.id());
        view.put("recorded_at", event.recordedAt());
        view.put("deployment_resources_status", at.resources());
        put(all, view, "deployment_resources_status_details", event.details().resources());
        view.put("deployment_resources_desired_status", at.desired());
        view.put("deployment_runtime_status", at.runtime());
        put(all, view, "deployment_runtime_status_details", event.details().runtime());
        view.put("deployment_runtime_desired_status", at.runtimeDesired());
        view.put("deployment_has_error", at.hasError());
        put(all, view, "deployment_error", event.details().error());
        view.put("program_status", at.program());
        view.put("storage_status", at.storage());
        put(all, view, "storage_status_details", event.details().storage());
        put(all, view, "cause", event.cause());
        put(all, view, "actor", event.actor());
        put(all, view, "previous", event.previous());
        put(all, view, "duration_ms", event.durationMillis());
        return view;
    }

    private static void put(
            boolean selected, Map<String, Object> view, String name, @org.jspecify.annotations.Nullable Object value) {
        if (selected) {
            view.put(name, value);
        }
    }
}
