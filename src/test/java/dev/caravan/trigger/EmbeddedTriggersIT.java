package dev.caravan.trigger;

import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Pipelines;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Triggers in the replicas themselves. */
class EmbeddedTriggersIT extends TriggerBackendContract {
    private static TriggerScene scene;

    @BeforeAll
    static void openScene() throws Exception {
        scene = new TriggerScene(1);
    }

    @AfterAll
    static void closeScene() throws Exception {
        scene.close();
    }

    @Override
    TriggerBackend backend() {
        return scene.replica(0).bean(TriggerBackend.class);
    }

    @Override
    Duration patience() {
        return Duration.ofSeconds(60);
    }

    @Override
    Pipeline created(String topic) throws Exception {
        return pipeline(scene.create(topic, query(1), TriggerScene.options(topic)));
    }

    @Override
    Pipeline changed(Pipeline pipeline, int version) throws Exception {
        scene.replica(0).operation("transform", Map.of("pipeline", pipeline.id(), "sql", query(version)));
        return pipeline(pipeline.id());
    }

    @Override
    List<Row> written(String topic) {
        return TriggerScene.rows(topic).stream()
                .map(row -> new Row(row.path("id").asLong(), row.path("version").asInt()))
                .toList();
    }

    private static String query(int version) {
        return "SELECT id, " + version + " AS version FROM events";
    }

    private static Pipeline pipeline(String id) {
        return scene.replica(0).bean(Pipelines.class).get("default", id);
    }
}
