package dev.caravan.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What one sequence of requests has to do with: pipelines for all, and those that it made itself. */
final class Scene {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> shared;
    private final boolean mayStart;
    private final Set<String> own = new LinkedHashSet<>();
    private final Set<String> webhooks = new LinkedHashSet<>();

    /**
     * @param shared may be asked and fed, not started or deleted
     * @param mayStart a few only: each start makes a topic and joins a consumer group
     */
    Scene(List<String> shared, boolean mayStart) {
        this.shared = shared;
        this.mayStart = mayStart;
    }

    /** A pipeline that an operation may be asked of, or the name of none. */
    String pipelineFor(String operation, Random random) {
        List<String> some = new ArrayList<>();
        switch (operation) {
            case "ingest" -> some.addAll(shared);
            case "start", "resume", "replay_dead_letters" -> some.addAll(mayStart ? own : Set.of());
            case "delete", "transform" -> some.addAll(own);
            default -> {
                some.addAll(shared);
                some.addAll(own);
            }
        }
        return some.isEmpty() || random.nextInt(8) == 0
                ? SchemaValues.STRANGE.get(random.nextInt(SchemaValues.STRANGE.size()))
                : some.get(random.nextInt(some.size()));
    }

    void learn(FuzzRequest request, RawHttp.Answer answer) throws java.io.IOException {
        if (answer.status() > 201 || !answer.contentType().startsWith("application/json")) {
            return;
        }
        var data = JSON.readTree(answer.body()).path("data");
        if (data.has("document")
                && data.path("id").asText().startsWith("pl_")
                && !shared.contains(data.path("name").asText())) {
            own.add(data.path("id").asText());
        }
        if (request.path().startsWith("/webhooks") && data.has("id")) {
            webhooks.add(data.path("id").asText());
        }
    }

    Set<String> own() {
        return own;
    }

    Set<String> webhooks() {
        return webhooks;
    }
}
