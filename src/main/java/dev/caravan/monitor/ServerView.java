package dev.caravan.monitor;

import dev.caravan.web.Answer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What clients of that API ask first: which server this is. */
final class ServerView {
    private ServerView() {}

    static Answer answer(Asked asked) {
        asked.query().check();
        @Nullable String version = ServerView.class.getPackage().getImplementationVersion();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("edition", "Open source");
        view.put("version", version == null ? "development" : version);
        view.put("revision", "");
        view.put("runtime_revision", "");
        view.put("telemetry", "");
        view.put("changelog_url", "");
        view.put("build_source", "caravan");
        view.put("license_validity", null);
        view.put("update_info", null);
        return Answer.json(200, view);
    }
}
