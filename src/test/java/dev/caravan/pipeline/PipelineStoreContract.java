package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of pipelines does. Ids and projects differ from test to test, so that they can share a database. */
abstract class PipelineStoreContract {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123Z");
    private static int count;

    private final String project = "p" + ++count;

    abstract PipelineStore store();

    @Test
    void whatIsInsertedIsFoundByIdAndByName() {
        Pipeline orders = pipeline("orders");
        assertThat(store().insert(orders)).isTrue();
        assertThat(store().find(orders.id())).contains(orders);
        assertThat(store().find(project, orders.id())).contains(orders);
        assertThat(store().find(project, "orders")).contains(orders);
    }

    @Test
    void anotherProjectSeesNothingOfIt() {
        Pipeline orders = pipeline("orders");
        store().insert(orders);
        assertThat(store().find("other", orders.id())).isEmpty();
        assertThat(store().find("other", "orders")).isEmpty();
        assertThat(store().list("other", null, 10)).doesNotContain(orders);
    }

    @Test
    void aNameIsTakenOnceInAProject() {
        store().insert(pipeline("orders"));
        Pipeline second = pipeline("orders");
        assertThat(store().insert(second)).isFalse();
        assertThat(store().find(second.id())).isEmpty();
    }

    @Test
    void aVersionFollowsTheOneBefore() {
        Pipeline first = pipeline("orders");
        store().insert(first);
        Pipeline second = next(first, "second");
        assertThat(store().addVersion(second)).isTrue();
        assertThat(store().addVersion(next(first, "too late"))).isFalse();
        assertThat(store().find(first.id())).contains(second);
        assertThat(store().version(first.id(), 1)).isEqualTo(first);
        assertThat(store().versions(first.id(), 100, 10)).containsExactly(second, first);
        assertThatThrownBy(() -> store().version(first.id(), 3))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.reason())
                        .isEqualTo(PipelineReason.VERSION_NOT_FOUND));
    }

    @Test
    void aListGoesOnAfterAName() {
        List<Pipeline> all = List.of(pipeline("a"), pipeline("b-1"), pipeline("b0"), pipeline("ba"), pipeline("c"));
        List.of(3, 0, 4, 2, 1).forEach(i -> store().insert(all.get(i)));
        assertThat(store().list(project, null, 2)).containsExactly(all.get(0), all.get(1));
        assertThat(store().list(project, "b-1", 2)).containsExactly(all.get(2), all.get(3));
        assertThat(store().list(project, "ba", 2)).containsExactly(all.get(4));
    }

    @Test
    void theOriginChangesWithoutAVersion() {
        Pipeline orders = pipeline("orders");
        store().insert(orders);
        store().setOrigin(orders.id(), true, "orders.yaml");
        Pipeline provisioned = store().find(orders.id()).orElseThrow();
        assertThat(provisioned.provisioned()).isTrue();
        assertThat(provisioned.source()).isEqualTo("orders.yaml");
        assertThat(provisioned.version()).isEqualTo(1);
        assertThat(store().provisioned()).contains(provisioned);
    }

    @Test
    void deletingTakesVersionsAndSchemasAlong() {
        Pipeline orders = pipeline("orders");
        store().insert(orders);
        store().rememberSchema(orders.id(), "messages", Map.of("id", "BIGINT"));
        store().delete(orders.id());
        assertThat(store().find(orders.id())).isEmpty();
        assertThat(store().versions(orders.id(), 100, 10)).isEmpty();
        assertThat(store().schema(orders.id(), "messages")).isEmpty();
    }

    @Test
    void theFirstSchemaStaysAndKeepsItsOrder() {
        Pipeline orders = pipeline("orders");
        store().insert(orders);
        assertThat(store().schema(orders.id(), "messages")).isEmpty();
        Map<String, String> first = columns("z", "BIGINT", "a", "STRUCT(x BIGINT)");
        assertThat(store().rememberSchema(orders.id(), "messages", first)).containsExactlyEntriesOf(first);
        assertThat(store().rememberSchema(orders.id(), "messages", columns("a", "VARCHAR", "z", "DATE")))
                .containsExactlyEntriesOf(first);
        assertThat(store().schema(orders.id(), "messages")).containsExactlyEntriesOf(first);
        assertThat(store().schema(orders.id(), "paid")).isEmpty();
    }

    private Pipeline pipeline(String name) {
        PipelineOptions options = new PipelineOptions(
                "orders-topic",
                StartFrom.LATEST,
                new BatchLimits(7, 1_500_000, Duration.ofMillis(1500)),
                2,
                RunMode.MESSAGE,
                Duration.ofHours(1),
                new Signals("payments", "payment:{id}", "{receipt}", Duration.ofHours(2)));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("bucket", "lake’s");
        properties.put("sizes", List.of(1, 2.5, true, Map.of("a", "b")));
        PipelineSpec spec = spec(name, null, options, properties);
        return new Pipeline(PipelineChanges.newId(), project, 1, spec, false, null, NOW, NOW);
    }

    private static PipelineSpec spec(
            String name, @Nullable String description, PipelineOptions options, Map<String, Object> properties) {
        return new PipelineSpec(
                name,
                description,
                options,
                columns("z", "BIGINT", "a", "VARCHAR"),
                List.of(new Step("lake", "s3-sink", properties)));
    }

    private static Pipeline next(Pipeline before, String description) {
        PipelineSpec spec = spec(
                before.name(),
                description,
                PipelineOptions.DEFAULTS,
                before.spec().steps().get(0).properties());
        return new Pipeline(
                before.id(), before.project(), 2, spec, false, null, before.createdAt(), NOW.plusSeconds(5));
    }

    static Map<String, String> columns(String... namesAndTypes) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.put(namesAndTypes[i], namesAndTypes[i + 1]);
        }
        return columns;
    }
}
