package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.SchemaCheck;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PipelineSchemaTest {
    private static final JsonNode SCHEMA = PipelineSchema.published();

    @Test
    void theSchemaHasTheFieldsOfTheRecords() {
        assertThat(fields("")).isEqualTo(components(PipelineSpec.class));
        assertThat(fields("/properties/options")).isEqualTo(components(PipelineOptions.class));
        assertThat(fields("/properties/options/properties/batch")).isEqualTo(components(BatchLimits.class));
        assertThat(fields("/properties/options/properties/signals")).isEqualTo(components(Signals.class));
        assertThat(fields("/properties/steps/items")).isEqualTo(components(Step.class));
    }

    @Test
    void theSchemaHasTheDefaultsOfTheRecords() {
        PipelineSpec bare = SpecJson.read(JsonNodeFactory.instance.objectNode());
        JsonNode written = SpecJson.write(bare).path("options");
        for (String field : Set.of("start_from", "consumers")) {
            assertThat(written.path(field))
                    .isEqualTo(SCHEMA.at("/properties/options/properties/" + field + "/default"));
        }
        for (String field : components(BatchLimits.class)) {
            assertThat(written.path("batch").path(field))
                    .isEqualTo(SCHEMA.at("/properties/options/properties/batch/properties/" + field + "/default"));
        }
        assertThat(bare.options()).isEqualTo(PipelineOptions.DEFAULTS);
    }

    @Test
    void everyFieldIsExplainedAndNoOtherIsAccepted() {
        explained(SCHEMA);
    }

    private static void explained(JsonNode schema) {
        if (schema.has("properties")) {
            assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
        }
        schema.path("properties").forEach(field -> {
            assertThat(field.path("description").asText()).endsWith(".");
            explained(field);
        });
    }

    @Test
    void editorsGetTheKameletsWithTheirValues() {
        JsonNode schema = PipelineSchema.of(KameletCatalog.load(null));
        SchemaCheck check = new SchemaCheck(schema);
        assertThat(check.check(document("s3-sink", "bucket"), "")).isEmpty();
        assertThat(check.check(document("s3-sink", "bukket"), ""))
                .anySatisfy(fault -> assertThat(fault.path()).isEqualTo("/steps/0/properties/bukket"));
        assertThat(check.check(document("s3-sinc", "bucket"), ""))
                .anySatisfy(fault -> assertThat(fault.message()).contains("did you mean 's3-sink'?"));
    }

    @Test
    void theDemoKeepsToAllRules() throws Exception {
        String text = Files.readString(Path.of("routes/pipelines/orders.yaml"));
        PipelineRules rules = new PipelineRules(KameletCatalog.load(null), spec -> List.of());
        assertThat(rules.read(PipelineDocument.parse(text, "orders.yaml")).name())
                .isEqualTo("orders");
        String schema = text.lines().findFirst().orElseThrow().replaceFirst(".*schema=", "");
        assertThat(Path.of("routes/pipelines").resolve(schema)).exists();
    }

    private static JsonNode document(String kamelet, String property) {
        return PipelineDocument.parse(
                        "{name: orders, steps: [{name: a, kamelet: " + kamelet + ", properties: {" + property
                                + ": x}}]}",
                        "a.yaml")
                .root();
    }

    private static Set<String> fields(String at) {
        Set<String> fields = new TreeSet<>();
        SCHEMA.at(at + "/properties").fieldNames().forEachRemaining(fields::add);
        return fields;
    }

    private static Set<String> components(Class<?> record) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getName)
                .map(PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE::translate)
                .forEach(names::add);
        return names;
    }
}
