package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Reason;
import dev.caravan.problem.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionOperations;

class PipelinesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private final List<Object> events = new ArrayList<>();
    private final List<Violation> deeper = new ArrayList<>();
    private final PipelineStore store = new InMemoryPipelineStore();
    private final PipelineChanges changes =
            new PipelineChanges(store, events::add, TransactionOperations.withoutTransaction());
    private final Pipelines pipelines = pipelines(KameletCatalog.load(null));

    private Pipelines pipelines(KameletCatalog catalog) {
        return new Pipelines(
                store,
                new PipelineRules(catalog, spec -> deeper),
                changes,
                new Secrets(catalog),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void aNewPipelineIsStoredAndAnnounced() {
        Pipeline created = pipelines.create("a", document("orders"));
        assertThat(created.id()).matches("pl_[0-9a-z]{16}");
        assertThat(created.version()).isEqualTo(1);
        assertThat(created.createdAt()).isEqualTo(NOW);
        assertThat(created.topic()).isEqualTo("caravan." + created.id());
        assertThat(events).containsExactly(new PipelineCreated(created));
        assertThat(pipelines.get("a", "orders")).isEqualTo(created);
        assertThat(pipelines.get("a", created.id())).isEqualTo(created);
        assertThat(pipelines.list("a", null, 10)).containsExactly(created);
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        pipelines.create("a", document("orders"));
        assertThat(reason(() -> pipelines.create("a", document("orders")))).isEqualTo(PipelineReason.NAME_TAKEN);
        assertThat(pipelines.create("b", document("orders")).name()).isEqualTo("orders");
    }

    @Test
    void whatWouldNotRunIsNotStored() {
        deeper.add(new Violation("/steps/0", "does not compile"));
        assertThat(reason(() -> pipelines.create("a", document("orders")))).isEqualTo(PipelineReason.INVALID);
        assertThat(pipelines.validate(document("orders"))).isEqualTo(deeper);
        assertThat(pipelines.list("a", null, 10)).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void aValidDocumentHasNoViolationsAndIsNotStored() {
        assertThat(pipelines.validate(document("orders"))).isEmpty();
        assertThat(pipelines.list("a", null, 10)).isEmpty();
    }

    @Test
    void theOtherProjectsPipelineIsUnknown() {
        Pipeline created = pipelines.create("a", document("orders"));
        Problem there = catchThrowableOfType(Problem.class, () -> pipelines.get("b", created.id()));
        Problem nowhere = catchThrowableOfType(Problem.class, () -> pipelines.get("a", "pl_unknown"));
        assertThat(there.reason()).isEqualTo(nowhere.reason()).isEqualTo(PipelineReason.NOT_FOUND);
    }

    @Test
    void aChangeIsANewVersionAndTheSameDocumentIsNone() {
        Pipeline first = pipelines.create("a", document("orders"));
        assertThat(pipelines.update("a", "orders", document("orders"), null)).isEqualTo(first);
        Pipeline second = pipelines.update("a", "orders", described("orders", "more"), 1);
        assertThat(second.version()).isEqualTo(2);
        assertThat(events).containsExactly(new PipelineCreated(first), new PipelineChanged(second));
        assertThat(pipelines.versions("a", "orders", 100, 10)).containsExactly(second, first);
        assertThat(reason(() -> pipelines.update("a", "orders", described("orders", "late"), 1)))
                .isEqualTo(PipelineReason.CHANGED_MEANWHILE);
    }

    @Test
    void anotherOrderOfColumnsIsAChange() {
        Pipeline first = pipelines.create("a", with(document("orders"), "schema", "{\"a\":\"INT\",\"b\":\"INT\"}"));
        Pipeline second = pipelines.update(
                "a", "orders", with(document("orders"), "schema", "{\"b\":\"INT\",\"a\":\"INT\"}"), null);
        assertThat(second.version()).isEqualTo(first.version() + 1);
    }

    @Test
    void aPipelineKeepsItsName() {
        pipelines.create("a", document("orders"));
        Problem problem =
                catchThrowableOfType(Problem.class, () -> pipelines.update("a", "orders", document("other"), null));
        assertThat(problem.violations()).extracting(Violation::path).containsExactly("/name");
    }

    @Test
    void whatComesFromAFileIsNotChangedOverRest() {
        Pipeline orders = pipelines.create("a", document("orders"));
        store.setOrigin(orders.id(), true, "orders.yaml");
        assertThat(reason(() -> pipelines.update("a", "orders", described("orders", "x"), null)))
                .isEqualTo(PipelineReason.PROVISIONED);
        assertThat(reason(() -> pipelines.delete("a", "orders"))).isEqualTo(PipelineReason.PROVISIONED);
        assertThat(pipelines.get("a", "orders").provisioned()).isTrue();
    }

    @Test
    void aDeletedPipelineIsGoneAndAnnounced() {
        Pipeline orders = pipelines.create("a", document("orders"));
        pipelines.delete("a", "orders");
        assertThat(events).endsWith(new PipelineDeleted(orders));
        assertThat(reason(() -> pipelines.get("a", "orders"))).isEqualTo(PipelineReason.NOT_FOUND);
    }

    @Test
    void aSecretIsHiddenFromReadersAndKeptWhenTheySendItBack(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("vault-sink.kamelet.yaml"), """
                kind: Kamelet
                metadata:
                  name: vault-sink
                  labels: {camel.apache.org/kamelet.type: sink, caravan.dev/batch: "true"}
                spec:
                  definition:
                    title: Vault
                    description: Keeps things.
                    properties:
                      token: {title: Token, description: Opens it., type: string, format: password, minLength: 5}
                """);
        Pipelines secretive = pipelines(KameletCatalog.load(directory));
        String steps = "[{\"name\":\"v\",\"kamelet\":\"vault-sink\",\"properties\":{\"token\":\"hunter2\"}}]";
        Pipeline first = secretive.create("a", with(document("orders"), "steps", steps));
        JsonNode shown = secretive.document(first);
        assertThat(shown.at("/steps/0/properties/token").asText()).isEqualTo("***");
        assertThat(first.toString()).doesNotContain("hunter2");
        JsonNode changed = with(shown, "description", "\"more\"");
        Pipeline second = secretive.update("a", "orders", changed, null);
        assertThat(second.spec().steps().get(0).properties()).isEqualTo(Map.of("token", "hunter2"));
        String tooShort = steps.replace("hunter2", "hunt");
        assertThat(secretive
                        .validate(with(document("orders"), "steps", tooShort))
                        .toString())
                .doesNotContain("hunt");
    }

    private static Reason reason(Executable call) {
        return catchThrowableOfType(Problem.class, call::execute).reason();
    }

    private static JsonNode document(String name) {
        return json("{\"name\":\"" + name
                + "\",\"steps\":[{\"name\":\"lake\",\"kamelet\":\"s3-sink\",\"properties\":{\"bucket\":\"lake\"}}]}");
    }

    private static JsonNode described(String name, String description) {
        return with(document(name), "description", "\"" + description + "\"");
    }

    private static JsonNode with(JsonNode document, String field, String json) {
        return ((ObjectNode) document.deepCopy()).set(field, json(json));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
